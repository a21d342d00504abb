#ifndef CONNECTORD_CEXPAT_SHIM_H
#define CONNECTORD_CEXPAT_SHIM_H
#include <expat.h>
#endif
