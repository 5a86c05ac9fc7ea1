# How every target of garco is compiled: the language, the warnings, the sanitizers.

set (CMAKE_C_STANDARD 11)
set (CMAKE_C_STANDARD_REQUIRED ON)
set (CMAKE_C_EXTENSIONS OFF)
set (CMAKE_C_VISIBILITY_PRESET hidden)
set (CMAKE_POSITION_INDEPENDENT_CODE ON)
set (CMAKE_EXPORT_COMPILE_COMMANDS ON)

set (GARCO_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")

add_library (garco_compile INTERFACE)
target_compile_definitions (garco_compile INTERFACE _POSIX_C_SOURCE=200809L _FILE_OFFSET_BITS=64)
# FloatScale's arithmetic must be that of the format's other writers to the last bit: no fused operations.
target_compile_options (garco_compile INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  -Wstrict-prototypes -Werror -ffp-contract=off)
if (GARCO_SANITIZE)
  target_compile_options (garco_compile INTERFACE -fsanitize=${GARCO_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options (garco_compile INTERFACE -fsanitize=${GARCO_SANITIZE})
endif ()
