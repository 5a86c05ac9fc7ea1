# Short names for the scripts; the build itself is CMake's (docs/hacking.md).

build:
	scripts/bootstrap build
	cmake --preset release
	cmake --build --preset release

demo check check-valgrind check-tsan fuzz:
	scripts/$@

format:
	scripts/bootstrap format
	clang-format -i $$(git ls-files '*.c' '*.h')

.PHONY: build demo check check-valgrind check-tsan fuzz format
