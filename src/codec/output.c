/* The sink for whoever writes something else than RINEX.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "base/error.h"
#include "codec/sink.h"

#include <stdlib.h>

struct garco_output
{
  garco__sink *sink;
};

garco_status
garco_output_open (const char *path, garco_output **output, garco_error *error)
{
  void *made;
  *output = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof **output, error));
  *output = made;
  garco_status status = garco__sink_open (path, &(*output)->sink, error);
  if (status < 0)
    garco_output_free (output);
  return status;
}

garco_status
garco_output_write (garco_output *output, const void *bytes, size_t size, garco_error *error)
{
  return garco__sink_write (output->sink, bytes, size, error);
}

garco_status
garco_output_close (garco_output *output, garco_error *error)
{
  return garco__sink_close (output->sink, error);
}

void
garco_output_free (garco_output **output)
{
  if (*output == NULL)
    return;
  garco__sink_free (&(*output)->sink);
  free (*output);
  *output = NULL;
}
