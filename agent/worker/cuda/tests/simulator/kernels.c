// The engine's own kernels for the CPU, and how a launch reaches them. Compiled once for each number format and layout.
// Everything that a network may need.
#define HARD 1
#define LARGEST_FILTER 5
#include "host.h"
#include "kernels.cu"

#define JOIN(a, b) a##b
#define NAMED(a, b) JOIN(a, b)

typedef void *const *arguments;
#define A(index, type) (*(type *)given[index])

static void call_depthwise(void (*kernel)(const storage *, const float *, const float *, storage *, uint, uint, uint,
                                          uint, uint, uint, float, float, uint, float, float, uint),
                           arguments given) {
  kernel(A(0, const storage *), A(1, const float *), A(2, const float *), A(3, storage *), A(4, uint), A(5, uint),
         A(6, uint), A(7, uint), A(8, uint), A(9, uint), A(10, float), A(11, float), A(12, uint), A(13, float),
         A(14, float), A(15, uint));
}

// Runs one block. The sizes of the arguments, in order, are in `simulated_sizes`.
void NAMED(simulated_block_, VARIANT)(const char *name, triple block, triple threads, arguments given) {
  blockIdx = block;
  blockDim = threads;
  if (!strcmp(name, "arrange"))
    arrange(A(0, const float *), A(1, storage *), A(2, uint), A(3, uint), A(4, uint), A(5, uint));
  else if (!strcmp(name, "epilogue"))
    epilogue(A(0, storage *), A(1, const float *), A(2, const storage *), A(3, place), A(4, uint), A(5, uint),
             A(6, float), A(7, float), A(8, uint));
#if CHANNELS_LAST
  else if (!strcmp(name, "gather_image_3_2"))
    gather_image_3_2(A(0, const float *), A(1, storage *), A(2, uint), A(3, uint), A(4, uint), A(5, uint), A(6, uint),
                     A(7, uint));
  else if (!strcmp(name, "gather_image_7_2"))
    gather_image_7_2(A(0, const float *), A(1, storage *), A(2, uint), A(3, uint), A(4, uint), A(5, uint), A(6, uint),
                     A(7, uint));
  else if (!strcmp(name, "gather"))
    gather(A(0, const storage *), A(1, storage *), A(2, uint), A(3, uint), A(4, uint), A(5, uint), A(6, uint),
           A(7, uint), A(8, uint), A(9, uint));
#endif
  else if (!strcmp(name, "excite"))
    excite(A(0, const storage *), A(1, const float *), A(2, storage *), A(3, place), A(4, uint), A(5, uint));
  else if (!strcmp(name, "depthwise_3_1_1")) call_depthwise(depthwise_3_1_1, given);
  else if (!strcmp(name, "depthwise_3_2_1")) call_depthwise(depthwise_3_2_1, given);
  else if (!strcmp(name, "depthwise_3_4_1")) call_depthwise(depthwise_3_4_1, given);
  else if (!strcmp(name, "depthwise_3_1_2")) call_depthwise(depthwise_3_1_2, given);
  else if (!strcmp(name, "depthwise_3_2_2")) call_depthwise(depthwise_3_2_2, given);
  else if (!strcmp(name, "depthwise_3_4_2")) call_depthwise(depthwise_3_4_2, given);
  else if (!strcmp(name, "depthwise_5_1_1")) call_depthwise(depthwise_5_1_1, given);
  else if (!strcmp(name, "depthwise_5_2_1")) call_depthwise(depthwise_5_2_1, given);
  else if (!strcmp(name, "depthwise_5_4_1")) call_depthwise(depthwise_5_4_1, given);
  else if (!strcmp(name, "depthwise_5_1_2")) call_depthwise(depthwise_5_1_2, given);
  else if (!strcmp(name, "depthwise_5_2_2")) call_depthwise(depthwise_5_2_2, given);
  else if (!strcmp(name, "depthwise_5_4_2")) call_depthwise(depthwise_5_4_2, given);
  else if (!strcmp(name, "max_pool"))
    max_pool(A(0, const storage *), A(1, storage *), A(2, uint), A(3, uint), A(4, uint), A(5, uint), A(6, uint),
             A(7, uint));
  else if (!strcmp(name, "mean"))
    mean(A(0, const storage *), A(1, void *), A(2, uint), A(3, uint), A(4, float), A(5, float), A(6, uint), A(7, uint));
  else if (!strcmp(name, "linear"))
    linear(A(0, const float *), A(1, const storage *), A(2, const float *), A(3, float *), A(4, uint), A(5, uint),
           A(6, uint), A(7, float), A(8, float), A(9, uint));
}

void NAMED(simulated_widen_, VARIANT)(const void *values, size_t count, float *to) {
  for (size_t index = 0; index < count; ++index) to[index] = widened(((const storage *)values)[index]);
}
float NAMED(simulated_widened_, VARIANT)(const void *values, size_t index) { return widened(((const storage *)values)[index]); }
void NAMED(simulated_store_, VARIANT)(void *values, size_t index, float value) { ((storage *)values)[index] = narrowed(value); }
