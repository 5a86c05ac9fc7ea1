/* Functions that are compiled for several instruction sets, of which the program takes the best
 * that its processor has when it starts. What they compute must be the same in each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_CLONES_H
#define GARCO_BASE_CLONES_H

/* The thread sanitizer cannot bear code that runs before the loader has chosen. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define GARCO__CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "avx2", "default")))
#else
#define GARCO__CLONES
#endif

#endif
