/* What a tile's metadata say of a field's values, and how far that is from what reading them says.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_FAST_H
#define GARCO_QUERY_FAST_H

#include "arco/fragment_metadata.h"
#include "query/query_sums.h"

/* Statistics that need more than these are not kept. */
#define GARCO__FAST_NEEDS (GARCO__NEEDS_SUM | GARCO__NEEDS_RANGE)

/* Count, sum, minimum and maximum of all `cells` values of a tile, as reading them gives them but
 * for the bounds that `sums` says; false where the tile has to be read. `field` is one of the
 * fragment's schema whose statistics are loaded. */
bool garco__fast_sums (const garco__fragment *fragment, size_t field, uint64_t tile, uint64_t cells,
                       garco__sums *sums);

#endif
