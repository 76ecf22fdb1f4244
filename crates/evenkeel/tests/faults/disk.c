/* Slips between a process and the files of one folder, which FAULTS_FOLDER names; loaded with
 * LD_PRELOAD. While the file that FAULTS_FULL names is there, the disk is full: no file grows.
 *
 * What the process writes, and what it has synced, goes into the log that FAULTS_LOG names. A record
 * is { kind: u8, length of the name: u8, 0: u16, length of the data: u32, offset: u64 }, the name and
 * the data, in the byte order of the machine. Kinds: 'w'ritten, 't'runcated to offset, sync 'b'egun,
 * sync 'e'nded, 'x' for what the reader of the log does not know. A record is in the log before the
 * call returns, so that the log's length tells others on the machine what has happened. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int log_file = -1;
static char folder[PATH_MAX];
static const char *full;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("FAULTS_LOG"), *named = getenv("FAULTS_FOLDER");
    full = getenv("FAULTS_FULL");
    if (!named || !realpath(named, folder)) abort();
    strncat(folder, "/", sizeof folder - strlen(folder) - 1);
    if (!log) return;
    log_file = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_file < 0) abort();
}

/* The name within the folder; null for all other files, and for memory shared with readers. */
static const char *within(const char *path) {
    size_t n = strlen(folder);
    if (strncmp(path, folder, n) != 0) return NULL;
    const char *name = path + n;
    size_t length = strlen(name);
    if (length == 0 || length > 255 || (length > 4 && !strcmp(name + length - 4, "-shm"))) return NULL;
    return name;
}

static const char *name_of(int file, char *path) {
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return NULL;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n < 0) return NULL;
    path[n] = 0;
    return within(path);
}

static int has_room(int file, uint64_t end) {
    struct stat status;
    if (!full || access(full, F_OK) != 0) return 1;
    if (fstat(file, &status) == 0 && end <= (uint64_t)status.st_size) return 1;
    errno = ENOSPC;
    return 0;
}

static void record(char kind, const char *name, uint64_t offset, const void *data, size_t n) {
    if (log_file < 0) return;
    struct { uint8_t kind, name_length; uint16_t zero; uint32_t n; uint64_t offset; } head =
        { (uint8_t)kind, (uint8_t)strlen(name), 0, (uint32_t)n, offset };
    struct iovec parts[] = { { &head, sizeof head }, { (void *)name, head.name_length },
                             { (void *)data, n } };
    int before = errno;
    pthread_mutex_lock(&one_at_a_time);
    ssize_t written = writev(log_file, parts, 3);
    pthread_mutex_unlock(&one_at_a_time);
    /* A log with a hole would make a test of it worthless. */
    if (written != (ssize_t)(sizeof head + head.name_length + n)) abort();
    errno = before;
}

ssize_t pwrite64(int file, const void *data, size_t n, off64_t offset) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    if (name && !has_room(file, (uint64_t)offset + n)) return -1;
    ssize_t written = syscall(SYS_pwrite64, file, data, n, offset);
    if (name && written > 0) record('w', name, (uint64_t)offset, data, (size_t)written);
    return written;
}

ssize_t pwrite(int file, const void *data, size_t n, off_t offset) {
    return pwrite64(file, data, n, offset);
}

ssize_t write(int file, const void *data, size_t n) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    off_t offset = name ? lseek(file, 0, SEEK_CUR) : 0;
    if (name && !has_room(file, (uint64_t)offset + n)) return -1;
    ssize_t written = syscall(SYS_write, file, data, n);
    if (name && written > 0) record('w', name, (uint64_t)offset, data, (size_t)written);
    return written;
}

int ftruncate64(int file, off64_t length) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    if (name && !has_room(file, (uint64_t)length)) return -1;
    int failed = (int)syscall(SYS_ftruncate, file, length);
    if (name && !failed) record('t', name, (uint64_t)length, "", 0);
    return failed;
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

static int sync_by(long call, int file) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    if (name) record('b', name, 0, "", 0);
    int failed = (int)syscall(call, file);
    if (name && !failed) record('e', name, 0, "", 0);
    return failed;
}

int fsync(int file) { return sync_by(SYS_fsync, file); }
int fdatasync(int file) { return sync_by(SYS_fdatasync, file); }

int unlink(const char *path) {
    int failed = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!failed && within(path)) record('x', within(path), 0, "", 0);
    return failed;
}

int rename(const char *from, const char *to) {
    int failed = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (!failed && within(to)) record('x', within(to), 0, "", 0);
    return failed;
}
