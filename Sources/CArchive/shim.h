// What Swift sees of libarchive. The file type constants are casts in C and do not import, hence the one below.
#ifndef CONNECTORD_CARCHIVE_SHIM_H
#define CONNECTORD_CARCHIVE_SHIM_H

#include <archive.h>
#include <archive_entry.h>

static const unsigned int connectord_regular_file = AE_IFREG;
static const unsigned int connectord_folder = AE_IFDIR;

#endif
