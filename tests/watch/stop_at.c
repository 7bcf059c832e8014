/* Preloaded, it counts every call that changes a file and ends the process, or fails the call, at a given one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/types.h>
#include <unistd.h>

enum { OFF, KILL, TORN, FULL, HELD };
static int mode = OFF;
static long left = 0, seen = 0;

void stop_at(int how, long call) { mode = how; left = call; seen = 0; }
long calls_seen(void) { return seen; }

/* 0: go on. 1: write half of it and end. -1: fail, with errno set. */
static int step(int is_write, int is_move, int grows) {
    if (mode == OFF) return 0;
    seen++;
    if (mode == FULL) {
        if (seen >= left && grows) { errno = ENOSPC; return -1; }
        return 0;
    }
    if (mode == HELD) {
        if (seen >= left && is_move) { errno = EACCES; return -1; }
        return 0;
    }
    if (seen != left) return 0;
    if (mode == TORN && is_write) return 1;
    kill(getpid(), SIGKILL);
    return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t n) {
    int at = fd > 2 ? step(1, 0, 1) : 0;
    if (at < 0) return -1;
    ssize_t done = REAL(write)(fd, data, at ? n / 2 : n);
    if (at) kill(getpid(), SIGKILL);
    return done;
}
#define PWRITE(name, offset_t) \
    ssize_t name(int fd, const void *data, size_t n, offset_t offset) { \
        int at = step(1, 0, 1); \
        if (at < 0) return -1; \
        ssize_t done = REAL(name)(fd, data, at ? n / 2 : n, offset); \
        if (at) kill(getpid(), SIGKILL); \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ONE(name, type, is_move, grows) \
    int name(type a) { if (step(0, is_move, grows) < 0) return -1; return REAL(name)(a); }
ONE(fsync, int, 0, 0)
ONE(fdatasync, int, 0, 0)
ONE(unlink, const char *, 0, 0)
ONE(rmdir, const char *, 0, 0)

int mkdir(const char *path, mode_t how) {
    return step(0, 0, 1) < 0 ? -1 : REAL(mkdir)(path, how);
}
int rename(const char *from, const char *to) {
    return step(0, 1, 0) < 0 ? -1 : REAL(rename)(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
    return step(0, 1, 0) < 0 ? -1 : REAL(renameat)(a, from, b, to);
}
int unlinkat(int fd, const char *path, int flags) {
    return step(0, 0, 0) < 0 ? -1 : REAL(unlinkat)(fd, path, flags);
}
int ftruncate(int fd, off_t length) {
    return step(0, 0, 0) < 0 ? -1 : REAL(ftruncate)(fd, length);
}
int ftruncate64(int fd, off64_t length) {
    return step(0, 0, 0) < 0 ? -1 : REAL(ftruncate64)(fd, length);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list rest; va_start(rest, flags); mode_t how = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0; va_end(rest); \
        if ((flags & O_CREAT) && step(0, 0, 1) < 0) return -1; \
        return REAL(name)(path, flags, how); \
    }
OPEN(open)
OPEN(open64)
