/* Where an array's bytes lie: one small table of functions for each kind of storage. A new storage
 * is one io_*.c that fills a garco__io_backend and one line in io.c's registry.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_IO_IO_H
#define GARCO_IO_IO_H

#include "garco.h"

/* A place (a folder, a bucket's prefix) whose objects are named by paths relative to it, "/"
 * between the parts; "" is the place itself. */
typedef struct garco__io garco__io;
/* An object that is being written part by part. */
typedef struct garco__io_stream garco__io_stream;

typedef enum garco__io_kind
{
  GARCO__IO_NOTHING = 0,
  GARCO__IO_FILE,
  GARCO__IO_FOLDER
} garco__io_kind;

typedef struct garco__io_entry
{
  char *name;
  bool folder;
} garco__io_entry;

/* Names in one folder, sorted byte by byte. Zero-initialise. */
typedef struct garco__io_list
{
  size_t count, capacity;
  garco__io_entry *entries;
} garco__io_list;

typedef struct garco__io_backend
{
  const char *scheme; /* "file" */
  /* `root` is the URI as given, or what follows "file://". */
  garco_status (*open) (const char *root, garco__io **io, garco_error *error);
  void (*close) (garco__io *io);
  /* Kind and size of what is at `path`; GARCO__IO_NOTHING is no error. */
  garco_status (*stat) (garco__io *io, const char *path, garco__io_kind *kind, uint64_t *size,
                        garco_error *error);
  /* When what is at `path` last changed, ms since 1970-01-01; GARCO_ERR_NOT_FOUND for nothing. */
  garco_status (*changed) (garco__io *io, const char *path, int64_t *ms, garco_error *error);
  /* Exactly `size` bytes from `offset`; GARCO_ERR_TRUNCATED where the object ends before. */
  garco_status (*read) (garco__io *io, const char *path, uint64_t offset, void *bytes, size_t size,
                        garco_error *error);
  /* What the folder holds, appended to `list`; nothing for a folder that is not there. */
  garco_status (*list) (garco__io *io, const char *path, garco__io_list *list, garco_error *error);
  /* Folders are there afterwards, whether or not they were before; parents must be. */
  garco_status (*make_folder) (garco__io *io, const char *path, garco_error *error);
  /* The object appears whole, and is safe on its medium, when this returns. */
  garco_status (*write) (garco__io *io, const char *path, const void *bytes, size_t size,
                         garco_error *error);
  /* What was written is safe when finish returns, its name when sync_folder of its folder does;
   * abandon frees without either. */
  garco_status (*stream_open) (garco__io *io, const char *path, garco__io_stream **stream,
                               garco_error *error);
  garco_status (*stream_write) (garco__io_stream *stream, const void *bytes, size_t size,
                                garco_error *error);
  garco_status (*stream_finish) (garco__io_stream **stream, garco_error *error);
  void (*stream_abandon) (garco__io_stream **stream);
  garco_status (*sync_folder) (garco__io *io, const char *path, garco_error *error);
  /* The object, or the folder with all that it holds; what is not there is removed already. */
  garco_status (*remove) (garco__io *io, const char *path, garco_error *error);
  /* Waits for the sole right to write here, among processes of this machine. */
  garco_status (*lock) (garco__io *io, garco_error *error);
  void (*unlock) (garco__io *io);
} garco__io_backend;

/* The head of every backend's own struct. */
struct garco__io
{
  const garco__io_backend *backend;
  char *root;         /* for messages: the full name of `path` is root, "/", path */
  garco_meter *meter; /* counts what is read; NULL: none */
};

struct garco__io_stream
{
  const garco__io_backend *backend;
};

/* Chooses the backend by the URI's scheme; a plain path is a file path. */
garco_status garco__io_open (const char *uri, garco__io **io, garco_error *error);
void garco__io_close (garco__io **io);

garco_status garco__io_stat (garco__io *io, const char *path, garco__io_kind *kind, uint64_t *size,
                             garco_error *error);
garco_status garco__io_changed (garco__io *io, const char *path, int64_t *ms, garco_error *error);
garco_status garco__io_read (garco__io *io, const char *path, uint64_t offset, void *bytes,
                             size_t size, garco_error *error);
garco_status garco__io_list_folder (garco__io *io, const char *path, garco__io_list *list,
                                    garco_error *error);
garco_status garco__io_make_folder (garco__io *io, const char *path, garco_error *error);
garco_status garco__io_write (garco__io *io, const char *path, const void *bytes, size_t size,
                              garco_error *error);
garco_status garco__io_stream_open (garco__io *io, const char *path, garco__io_stream **stream,
                                    garco_error *error);
garco_status garco__io_stream_write (garco__io_stream *stream, const void *bytes, size_t size,
                                     garco_error *error);
garco_status garco__io_stream_finish (garco__io_stream **stream, garco_error *error);
void garco__io_stream_abandon (garco__io_stream **stream);
garco_status garco__io_sync_folder (garco__io *io, const char *path, garco_error *error);
garco_status garco__io_remove (garco__io *io, const char *path, garco_error *error);
garco_status garco__io_lock (garco__io *io, garco_error *error);
void garco__io_unlock (garco__io *io);

/* For backends and those who use them. */
garco_status garco__io_list_add (garco__io_list *list, const char *name, bool folder,
                                 garco_error *error);
/* The entry of that name in a sorted list, or NULL. */
const garco__io_entry *garco__io_list_find (const garco__io_list *list, const char *name);
void garco__io_list_sort (garco__io_list *list);
void garco__io_list_free (garco__io_list *list);
/* The whole of a file of at most `limit` bytes, allocated; GARCO_ERR_LIMIT above,
 * GARCO_ERR_NOT_FOUND where there is none. */
garco_status garco__io_read_whole (garco__io *io, const char *path, uint64_t limit, uint8_t **bytes,
                                   size_t *size, garco_error *error);
/* "root/path" into `text`, cut where it is too long: for messages. */
const char *garco__io_name (const garco__io *io, const char *path, char *text, size_t size);

#define GARCO__IO_NAME_SIZE 512

extern const garco__io_backend garco__io_file;

#endif
