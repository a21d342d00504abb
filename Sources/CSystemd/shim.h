// What Swift sees of libsystemd: sd_notify and the journal's client. Variadic calls and function-like macros do not import.
#ifndef CONNECTORD_CSYSTEMD_SHIM_H
#define CONNECTORD_CSYSTEMD_SHIM_H

// Without it the journal's header turns sd_journal_sendv into a macro that records a C source location.
#define SD_JOURNAL_SUPPRESS_LOCATION 1

#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#endif
