/* Loading of shared libraries. What is loaded stays until the process ends, so that nothing needs
 * to be kept of it, and to load it again is to look it up.
 * SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* RTLD_NODELETE */

#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/error.h"

garco_status
garco__library_load (const char *file, const char *need, const char *const *names, size_t count,
                     void *pointers, garco_error *error)
{
  char *place = pointers;
  void *library = dlopen (file, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (library == NULL)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL, "no library %s, needed for %s: %s",
                        file, need, dlerror ());
  for (size_t i = 0; i < count; i++)
  {
    void *address = dlsym (library, names[i]);
    if (address == NULL)
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL, "no %s in library %s, needed for %s",
                          names[i], file, need);
    memcpy (place + i * sizeof address, &address, sizeof address);
  }
  return GARCO_OK;
}
