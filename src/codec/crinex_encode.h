/* Epochs to Hatanaka text (Compact RINEX 1.0, 3.0 and 3.1), as RNXCMP's rnx2crx writes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CODEC_CRINEX_ENCODE_H
#define GARCO_CODEC_CRINEX_ENCODE_H

#include "base/buffer.h"
#include "garco.h"

typedef struct garco__crinex_encoder garco__crinex_encoder;

/* `version` is the RINEX version times 100: below 300 gives 1.0, below 402 3.0, from there on 3.1.
 */
garco_status garco__crinex_encoder_new (int version, garco__crinex_encoder **encoder,
                                        garco_error *error);
/* Appends the two lines that stand before the RINEX header. */
garco_status garco__crinex_put_head (const garco__crinex_encoder *encoder, const char *program,
                                     const char *date, garco__buffer *out, garco_error *error);
/* Appends an epoch of flag 0 or 1. `line` is its epoch line with all satellites in a row: 32
 * columns (41 from RINEX 3 on), then three characters a satellite, no clock. `picoseconds` are five
 * characters, digits or blanks; before 3.1 they are not written. */
garco_status garco__crinex_put_epoch (garco__crinex_encoder *encoder, const garco_epoch *epoch,
                                      const char *line, size_t size, const char picoseconds[5],
                                      garco__buffer *out, garco_error *error);
/* Appends an event, `text` being its epoch line and the lines after it, LF ends. The epoch after it
 * begins anew. */
garco_status garco__crinex_put_event (garco__crinex_encoder *encoder, const char *text, size_t size,
                                      garco__buffer *out, garco_error *error);
void garco__crinex_encoder_free (garco__crinex_encoder **encoder);

#endif
