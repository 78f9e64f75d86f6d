/*
 * A disk with faults: passes calls for files on to libc, except that the one that is asked for fails, before it has taken effect,
 * after it, or half way. Only below one folder. Loaded with LD_PRELOAD; built and driven by file-faults.test.ts.
 *
 * FAULT_PLAN names a file that both sides map: see `struct plan`. The test writes into it while the process runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum call { CREATE, OPEN, WRITE, SYNC, TRUNCATE, RENAME, CALLS };
/* SHORT does half of a write and says so; TORN does half of it and says that it failed. */
enum moment { BEFORE = 1, AFTER = 2, SHORT = 3, TORN = 4 };

struct fault {
  int call;    /* which call fails */
  int left;    /* as the how-manieth from now on; 0: none */
  int lasting; /* whether all later ones of the same call fail too */
  int moment;
  int error;
};

struct plan {
  struct fault faults[2];
  int failed; /* how many calls were made to fail */
  int seen[CALLS];
};

static struct plan *plan;
static char folder[PATH_MAX];

__attribute__((constructor)) static void load(void) {
  const char *path = getenv("FAULT_PLAN"), *below = getenv("FAULT_FOLDER");
  if (!path || !below) return;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) abort();
  void *map = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) abort();
  close(fd);
  snprintf(folder, sizeof folder, "%s", below);
  plan = map;
}

static int below(const char *path) { return plan && path && strncmp(path, folder, strlen(folder)) == 0; }

static int below_fd(int fd) {
  char link[64], path[PATH_MAX];
  if (!plan) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below(path);
}

/* Counts a call. @returns the fault that it has to suffer; NULL for none */
static struct fault *fault(enum call call) {
  __atomic_add_fetch(&plan->seen[call], 1, __ATOMIC_SEQ_CST);
  for (int i = 0; i < 2; i++) {
    struct fault *fault = &plan->faults[i];
    if (fault->call != (int)call || __atomic_load_n(&fault->left, __ATOMIC_SEQ_CST) <= 0) continue;
    if (__atomic_sub_fetch(&fault->left, 1, __ATOMIC_SEQ_CST) != 0) continue;
    if (fault->lasting) __atomic_store_n(&fault->left, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&plan->failed, 1, __ATOMIC_SEQ_CST);
    return fault;
  }
  return NULL;
}

static int fail(const struct fault *fault) {
  errno = fault->error;
  return -1;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define OPENED(expression) \
  struct fault *fails = path_below ? fault(flags & O_CREAT ? CREATE : OPEN) : NULL; \
  if (fails && fails->moment != AFTER) return fail(fails); \
  int fd = expression; \
  if (!fails) return fd; \
  if (fd >= 0) close(fd); \
  return fail(fails);

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) {
  REAL(open);
  MODE
  int path_below = below(path);
  OPENED(real(path, flags, mode))
}

int open64(const char *path, int flags, ...) {
  REAL(open64);
  MODE
  int path_below = below(path);
  OPENED(real(path, flags, mode))
}

int openat(int at, const char *path, int flags, ...) {
  REAL(openat);
  MODE
  int path_below = below(path);
  OPENED(real(at, path, flags, mode))
}

#define WRITTEN(whole, half) \
  struct fault *fails = below_fd(fd) ? fault(WRITE) : NULL; \
  if (fails && fails->moment == BEFORE) return fail(fails); \
  ssize_t written = fails && fails->moment != AFTER ? half : whole; \
  return written < 0 || !fails || fails->moment == SHORT ? written : fail(fails);

static ssize_t half_of(int fd, const struct iovec *pieces, int count, off_t offset) {
  ssize_t total = 0, done = 0;
  for (int i = 0; i < count; i++) total += pieces[i].iov_len;
  for (int i = 0; i < count && done < total / 2; i++) {
    size_t part = pieces[i].iov_len;
    if (done + (ssize_t)part > total / 2) part = total / 2 - done;
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
    ssize_t written = real(fd, pieces[i].iov_base, part, offset + done);
    if (written < 0) return written;
    done += written;
  }
  return done;
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
  REAL(pwritev);
  WRITTEN(real(fd, pieces, count, offset), half_of(fd, pieces, count, offset))
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset) {
  REAL(pwritev64);
  WRITTEN(real(fd, pieces, count, offset), half_of(fd, pieces, count, offset))
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  REAL(pwrite);
  WRITTEN(real(fd, bytes, count, offset), real(fd, bytes, count / 2, offset))
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  REAL(pwrite64);
  WRITTEN(real(fd, bytes, count, offset), real(fd, bytes, count / 2, offset))
}

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(write);
  WRITTEN(real(fd, bytes, count), real(fd, bytes, count / 2))
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
  REAL(writev);
  WRITTEN(real(fd, pieces, count), real(fd, pieces, 1))
}

/* A call that either takes effect or does not. */
#define DONE(applies, call, expression) \
  struct fault *fails = applies ? fault(call) : NULL; \
  if (fails && fails->moment != AFTER) return fail(fails); \
  int result = expression; \
  return fails ? fail(fails) : result;

int fsync(int fd) {
  REAL(fsync);
  DONE(below_fd(fd), SYNC, real(fd))
}

int fdatasync(int fd) {
  REAL(fdatasync);
  DONE(below_fd(fd), SYNC, real(fd))
}

int ftruncate(int fd, off_t length) {
  REAL(ftruncate);
  DONE(below_fd(fd), TRUNCATE, real(fd, length))
}

int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  DONE(below_fd(fd), TRUNCATE, real(fd, length))
}

int rename(const char *from, const char *to) {
  REAL(rename);
  DONE(below(to), RENAME, real(from, to))
}
