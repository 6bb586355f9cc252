// A CUDA driver and NVRTC that compute on the CPU, as far as the engine calls them: so that plans can be tested where
// there is no GPU. A captured stream records what it is asked for, and the graph does it.
//
// Its GPUs differ, each for a test:
//   0  8.6, 8 GiB: all is well          1  6.1, 2 GiB: an older generation
//   2  another process has it           3  8.6, 64 MiB
//   4  captures nothing                 5  8.6: its libraries know channels first alone
//   6  8.6: its cuDNN has no algorithms, so that everything is a product
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, UNAVAILABLE = 46, NO_DEVICE = 100, INVALID_DEVICE = 101,
       NO_BINARY = 209, NOT_FOUND = 500, CAPTURE_UNSUPPORTED = 900 };
enum { GPUS = 7 };

typedef struct {
  unsigned int x, y, z;
} triple;

static const struct {
  int major, minor;
  size_t memory;
} gpus[GPUS] = {{8, 6, (size_t)8 << 30}, {6, 1, (size_t)2 << 30}, {8, 6, (size_t)8 << 30},
                {8, 6, (size_t)64 << 20}, {8, 6, (size_t)8 << 30}, {8, 6, (size_t)8 << 30}, {8, 6, (size_t)8 << 30}};

typedef struct operation {
  void (*run)(void *);
  void *data;
  struct operation *next;
} operation;
typedef struct {
  operation *first, *last;
} graph;
typedef struct {
  int gpu;
} context;
typedef struct {
  graph *captured;
  int gpu;
} stream;
typedef struct {
  struct timespec at;
} event;
typedef struct {
  int variant;
} module;
typedef struct {
  char name[32];
  int variant;
} function;

static context contexts[GPUS];
static size_t used[GPUS];
static __thread context *current;
static long launches;

long simulated_launches(void) { return launches; }
int simulated_gpu(void) { return current ? current->gpu : 0; }

// One operation at a time, whichever test asks for it: kernels have their indices in one place.
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static void run_alone(void (*run)(void *), void *data) {
  pthread_mutex_lock(&busy);
  run(data);
  pthread_mutex_unlock(&busy);
}

// Does it now, or when the graph that captures this stream is launched. `data` is the operation's from here on.
void simulated_submit(void *where, void (*run)(void *), void *data) {
  stream *to = where;
  if (!to || !to->captured) {
    run_alone(run, data);
    free(data);
    return;
  }
  operation *made = calloc(1, sizeof *made);
  made->run = run;
  made->data = data;
  graph *into = to->captured;
  if (into->last) into->last->next = made;
  else into->first = made;
  into->last = made;
}

int simulated_count(void) {
  const char *wanted = getenv("COTEJO_SIMULATED_GPUS");
  return wanted ? atoi(wanted) : GPUS;
}

int cuInit(unsigned int flags) { return simulated_count() ? SUCCESS : NO_DEVICE; }
int cuDriverGetVersion(int *version) { return *version = 13000, SUCCESS; }
int cuDeviceGetCount(int *count) { return *count = simulated_count(), SUCCESS; }
int cuDeviceGet(int *device, int index) { return *device = index, index < GPUS ? SUCCESS : INVALID_DEVICE; }
int cuDeviceGetName(char *name, int size, int device) { return snprintf(name, size, "Simulated GPU %d", device), SUCCESS; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { return *bytes = gpus[device].memory, SUCCESS; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  *value = attribute == 75 ? gpus[device].major : attribute == 76 ? gpus[device].minor : 0;
  return SUCCESS;
}
int cuDevicePrimaryCtxRetain(context **made, int device) {
  if (device == 2) return UNAVAILABLE;
  contexts[device].gpu = device;
  return *made = &contexts[device], SUCCESS;
}
int cuDevicePrimaryCtxRelease_v2(int device) { return SUCCESS; }
int cuCtxGetCurrent(context **found) { return *found = current, SUCCESS; }
int cuCtxSetCurrent(context *wanted) { return current = wanted, SUCCESS; }
int cuCtxSynchronize(void) { return SUCCESS; }
int cuCtxSynchronize_v2(context *which) { return SUCCESS; }
int cuMemGetInfo_v2(size_t *available, size_t *total) {
  *total = gpus[simulated_gpu()].memory;
  return *available = *total - used[simulated_gpu()], SUCCESS;
}

// The size lies before what is given out, and the bytes begin as noise: who counts on zeros is found out.
enum { POISONED = 64 << 20 };
static int allocate(void **made, size_t bytes) {
  char *found = aligned_alloc(256, (bytes + 511) / 256 * 256);
  if (!found) return OUT_OF_MEMORY;
  *(size_t *)found = bytes;
  // Not zeros; what is larger is room for algorithms, of which most is never touched and costs no memory then.
  memset(found + 256, 0xa5, bytes < POISONED ? bytes : POISONED);
  return *made = found + 256, SUCCESS;
}
int cuMemAlloc_v2(void **made, size_t bytes) {
  if (used[simulated_gpu()] + bytes > gpus[simulated_gpu()].memory) return OUT_OF_MEMORY;
  __atomic_add_fetch(&used[simulated_gpu()], bytes, __ATOMIC_RELAXED);
  return allocate(made, bytes);
}
int cuMemFree_v2(char *bytes) {
  __atomic_sub_fetch(&used[simulated_gpu()], *(size_t *)(bytes - 256), __ATOMIC_RELAXED);
  return free(bytes - 256), SUCCESS;
}
int cuMemHostAlloc(void **made, size_t bytes, unsigned int flags) { return allocate(made, bytes); }
int cuMemFreeHost(char *bytes) { return free(bytes - 256), SUCCESS; }

typedef struct {
  void *to;
  const void *from;
  size_t bytes;
} copy;
static void run_copy(void *data) {
  copy *wanted = data;
  memcpy(wanted->to, wanted->from, wanted->bytes);
}
static int submit_copy(void *to, const void *from, size_t bytes, void *where) {
  copy *wanted = malloc(sizeof *wanted);
  *wanted = (copy){to, from, bytes};
  return simulated_submit(where, run_copy, wanted), SUCCESS;
}
int cuMemcpyHtoDAsync_v2(void *to, const void *from, size_t bytes, void *where) { return submit_copy(to, from, bytes, where); }
int cuMemcpyDtoHAsync_v2(void *to, const void *from, size_t bytes, void *where) { return submit_copy(to, from, bytes, where); }
int cuMemcpyDtoDAsync_v2(void *to, const void *from, size_t bytes, void *where) { return submit_copy(to, from, bytes, where); }
int cuMemsetD8Async(void *to, unsigned char value, size_t bytes, void *where) { return memset(to, value, bytes), SUCCESS; }

int cuStreamCreate(stream **made, unsigned int flags) {
  *made = calloc(1, sizeof **made);
  return (*made)->gpu = simulated_gpu(), SUCCESS;
}
int cuStreamDestroy_v2(stream *which) { return free(which), SUCCESS; }
int cuStreamSynchronize(stream *which) { return which && which->captured ? CAPTURE_UNSUPPORTED : SUCCESS; }
int cuStreamWaitEvent(stream *which, event *what, unsigned int flags) { return SUCCESS; }
int cuStreamBeginCapture_v2(stream *which, int mode) { return which->captured = calloc(1, sizeof(graph)), SUCCESS; }
int cuStreamEndCapture(stream *which, graph **made) {
  *made = which->captured;
  which->captured = NULL;
  return which->gpu == 4 ? CAPTURE_UNSUPPORTED : SUCCESS;
}
int cuGraphInstantiateWithFlags(graph **made, graph *from, unsigned long long flags) { return *made = from, SUCCESS; }
int cuGraphUpload(graph *which, stream *where) { return SUCCESS; }
int cuGraphLaunch(graph *which, stream *where) {
  for (operation *step = which->first; step; step = step->next) run_alone(step->run, step->data);
  return SUCCESS;
}
int cuGraphExecDestroy(graph *which) { return SUCCESS; }
int cuGraphDestroy(graph *which) {
  for (operation *step = which->first, *next; step; step = next) {
    next = step->next;
    free(step->data);
    free(step);
  }
  return free(which), SUCCESS;
}

int cuEventCreate(event **made, unsigned int flags) { return *made = calloc(1, sizeof **made), SUCCESS; }
int cuEventDestroy_v2(event *which) { return free(which), SUCCESS; }
int cuEventRecord(event *which, stream *where) { return clock_gettime(CLOCK_MONOTONIC, &which->at), SUCCESS; }
int cuEventSynchronize(event *which) { return SUCCESS; }
int cuEventQuery(event *which) { return SUCCESS; }
int cuEventElapsedTime_v2(float *milliseconds, event *from, event *to) {
  *milliseconds = (to->at.tv_sec - from->at.tv_sec) * 1e3f + (to->at.tv_nsec - from->at.tv_nsec) * 1e-6f;
  return SUCCESS;
}

// NVRTC "compiles" to the name of the variant, which the driver loads.
typedef struct {
  char code[64];
} program;
int nvrtcVersion(int *major, int *minor) { return *major = 13, *minor = 0, SUCCESS; }
int nvrtcCreateProgram(program **made, const char *source, const char *name, int count, const char *const *headers,
                       const char *const *names) {
  return *made = calloc(1, sizeof **made), SUCCESS;
}
int nvrtcCompileProgram(program *which, int count, const char *const *options) {
  int storage = -1, last = -1, capability = 0;
  for (int i = 0; i < count; ++i) {
    sscanf(options[i], "-DSTORAGE=%d", &storage);
    sscanf(options[i], "-DCHANNELS_LAST=%d", &last);
    sscanf(options[i], "--gpu-architecture=sm_%d", &capability);
  }
  if (storage < 0 || last < 0 || !capability) return 5;
  snprintf(which->code, sizeof which->code, "variant %d", storage * 2 + last);
  return SUCCESS;
}
int nvrtcGetProgramLogSize(program *which, size_t *size) { return *size = 1, SUCCESS; }
int nvrtcGetProgramLog(program *which, char *log) { return *log = 0, SUCCESS; }
int nvrtcGetCUBINSize(program *which, size_t *size) { return *size = sizeof which->code, SUCCESS; }
int nvrtcGetCUBIN(program *which, char *code) { return memcpy(code, which->code, sizeof which->code), SUCCESS; }
int nvrtcDestroyProgram(program **which) { return free(*which), SUCCESS; }

int cuModuleLoadData(module **made, const char *code) {
  *made = calloc(1, sizeof **made);
  return sscanf(code, "variant %d", &(*made)->variant) == 1 ? SUCCESS : NO_BINARY;
}
int cuModuleUnload(module *which) { return free(which), SUCCESS; }

// What each kernel's arguments take: p a pointer, l 8 bytes, u and f 4.
static const char *const kernels[][2] = {{"arrange", "ppuuuu"},         {"epilogue", "pppluuffu"},
                                         {"max_pool", "ppuuuuuu"},      {"mean", "ppuuffuu"},
                                         {"gather_image_", "ppuuuuuu"}, {"gather", "ppuuuuuuuu"},
                                         {"linear", "ppppuuuffu"},      {"depthwise_", "ppppuuuuuuffuffu"},
                                         {"excite", "pppluu"}};
static const char *signature(const char *name) {
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; ++i)
    if (!strncmp(name, kernels[i][0], strlen(kernels[i][0]))) return kernels[i][1];
  return NULL;
}
int cuModuleGetFunction(function **made, module *from, const char *name) {
  if (!signature(name)) return NOT_FOUND;
  *made = calloc(1, sizeof **made); // lives as long as the process, as few as they are
  strncpy((*made)->name, name, sizeof (*made)->name - 1);
  return (*made)->variant = from->variant, SUCCESS;
}

#define BLOCK(n) void simulated_block_##n(const char *, triple, triple, void *const *);
BLOCK(0) BLOCK(1) BLOCK(2) BLOCK(3) BLOCK(4) BLOCK(5)
static void (*const blocks[])(const char *, triple, triple, void *const *) = {
    simulated_block_0, simulated_block_1, simulated_block_2, simulated_block_3, simulated_block_4, simulated_block_5};

typedef struct {
  function *which;
  triple grid, threads;
  uint64_t values[16];
} launch;
static void run_launch(void *data) {
  launch *wanted = data;
  void *given[16];
  for (int i = 0; i < 16; ++i) given[i] = &wanted->values[i];
  ++launches;
  for (unsigned int y = 0; y < wanted->grid.y; ++y)
    for (unsigned int x = 0; x < wanted->grid.x; ++x)
      blocks[wanted->which->variant](wanted->which->name, (triple){x, y, 0}, wanted->threads, given);
}
int cuLaunchKernel(function *which, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx, unsigned int by,
                   unsigned int bz, unsigned int shared, stream *where, void **given, void **extra) {
  if (!gx || !gy || gy > 65535 || gz != 1 || bx > 1024 || by != 1 || bz != 1) return INVALID_VALUE;
  launch *wanted = calloc(1, sizeof *wanted);
  *wanted = (launch){which, {gx, gy, gz}, {bx, by, bz}};
  const char *takes = signature(which->name);
  for (int i = 0; takes[i]; ++i) memcpy(&wanted->values[i], given[i], takes[i] == 'u' || takes[i] == 'f' ? 4 : 8);
  return simulated_submit(where, run_launch, wanted), SUCCESS;
}

int cuGetErrorName(int error, const char **name) { return *name = "SIMULATED", SUCCESS; }
int cuGetErrorString(int error, const char **text) { return *text = "simulated error", SUCCESS; }
