// What cuDNN does not do, or not in one pass. NVRTC compiles this for the GPU at hand, once for each number format and
// layout; the tests compile it as C for the CPU, one block of threads after another.
//
// STORAGE: 0 f32, 1 f16, 2 bf16. CHANNELS_LAST: 1 [image][y][x][channel], 0 [image][channel][y][x].
// HARD: 1 where the network has functions that are more than limits. LARGEST_FILTER: 3 or 5, of single channels.
// All arithmetic is in f32. What follows a sum is `least`, `greatest` and `function`: see `followed`.

typedef unsigned int uint;
typedef unsigned long long place; // of an element: tensors may have more than 2^32

#ifndef COTEJO_HOST
#define KERNEL extern "C" __global__ void
#define FUNCTION static __device__ __forceinline__
#define ALIGNED __align__(16)
#define SHARED __shared__
#define BARRIER __syncthreads()
// Variables inside are a thread's own; what lives on after a barrier is shared.
#define EACH_THREAD
#endif

#if STORAGE == 0
typedef float storage;
#define LANES 4
FUNCTION float widened(storage value) { return value; }
FUNCTION storage narrowed(float value) { return value; }
#else
typedef unsigned short storage;
#define LANES 8
#ifndef COTEJO_HOST
#if STORAGE == 1
FUNCTION float widened(storage value) {
  float wide;
  asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(value));
  return wide;
}
FUNCTION storage narrowed(float value) {
  storage narrow;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(narrow) : "f"(value));
  return narrow;
}
#else
FUNCTION float widened(storage value) { return __uint_as_float((uint)value << 16); }
FUNCTION storage narrowed(float value) {
  uint bits = __float_as_uint(value);
  // Not a number stays one; others are rounded to the nearest, ties to even.
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (storage)((bits >> 16) | 64u);
  return (storage)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
#endif
#endif
#endif

// 16 bytes: what one instruction loads.
typedef struct ALIGNED {
  storage lane[LANES];
} vector;

FUNCTION float within(float value, float least, float greatest) { return fminf(fmaxf(value, least), greatest); }

// The nearest place within: its value can be loaded without a branch, so that all loads are asked for at once.
FUNCTION int clamped(int at, uint side) { return at < 0 ? 0 : at < (int)side ? at : (int)side - 1; }

// Function 0 keeps a value within limits, 1 is hard-swish, 2 hard-sigmoid.
FUNCTION float followed(float value, float least, float greatest, uint function) {
#if HARD
  if (function != 0) {
    const float gate = within(value + 3.0f, 0.0f, 6.0f) / 6.0f;
    return function == 1 ? value * gate : gate;
  }
#endif
  return within(value, least, greatest);
}

#define THREAD ((place)blockIdx.x * blockDim.x + threadIdx.x)

// [images][channels][pixels] in f32 to the layout and number format of the plan; channels from `channels` to `padded`
// are zero. A thread is a pixel.
KERNEL arrange(const float *image, storage *output, uint images, uint channels, uint padded, uint pixels) {
  EACH_THREAD {
    place thread = THREAD;
    if (thread < (place)images * pixels) {
      place number = thread / pixels, pixel = thread % pixels;
#if CHANNELS_LAST
      if (padded == LANES) {
        vector made;
        _Pragma("unroll") for (uint lane = 0; lane < LANES; ++lane) made.lane[lane] =
            narrowed(lane < channels ? image[(number * channels + lane) * pixels + pixel] : 0.0f);
        ((vector *)output)[thread] = made;
      } else
#endif
      for (uint channel = 0; channel < padded; ++channel) {
        float value = channel < channels ? image[(number * channels + channel) * pixels + pixel] : 0.0f;
#if CHANNELS_LAST
        output[thread * padded + channel] = narrowed(value);
#else
        output[(number * padded + channel) * pixels + pixel] = narrowed(value);
#endif
      }
    }
  }
}

#if CHANNELS_LAST
// For a stem as a product of matrices: each pixel of its output gets the KERNEL x KERNEL pixels that it sees, channel by
// channel, each channel filled up with zeros to whole vectors: [images][rows][columns][channels][TAPS], in the plan's
// number format, from [images][channels][height][width] in f32. A thread is a channel of a pixel of the output.
#define GATHER_IMAGE(name, KERNEL_SIDE, STRIDE)                                                                        \
  KERNEL name(const float *image, storage *gathered, uint images, uint channels, uint height, uint width, uint rows,  \
              uint columns) {                                                                                          \
    EACH_THREAD {                                                                                                      \
      place rest = THREAD;                                                                                             \
      if (rest < (place)images * rows * columns * channels) {                                                          \
        enum { TAPS = KERNEL_SIDE * KERNEL_SIDE, VECTORS = (TAPS + LANES - 1) / LANES };                               \
        vector *to = (vector *)gathered + rest * VECTORS;                                                              \
        const uint channel = (uint)(rest % channels);                                                                  \
        rest /= channels;                                                                                              \
        const int left = (int)(rest % columns) * STRIDE - KERNEL_SIDE / 2;                                             \
        rest /= columns;                                                                                               \
        const int top = (int)(rest % rows) * STRIDE - KERNEL_SIDE / 2;                                                 \
        const float *from = image + ((rest / rows) * channels + channel) * height * width;                             \
        _Pragma("unroll") for (int v = 0; v < VECTORS; ++v) {                                                          \
          vector made;                                                                                                 \
          _Pragma("unroll") for (int lane = 0; lane < LANES; ++lane) {                                                 \
            const int tap = v * LANES + lane, y = top + tap / KERNEL_SIDE, x = left + tap % KERNEL_SIDE;               \
            const int inside = tap < TAPS && y >= 0 && y < (int)height && x >= 0 && x < (int)width;                    \
            made.lane[lane] = narrowed(inside ? from[(place)y * width + x] : 0.0f);                                    \
          }                                                                                                            \
          to[v] = made;                                                                                                \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }
GATHER_IMAGE(gather_image_3_2, 3, 2)
GATHER_IMAGE(gather_image_7_2, 7, 2)

// For any convolution as a product: [images][rows][columns][kernel * kernel][channels] from
// [images][height][width][channels]. A thread is a vector.
KERNEL gather(const storage *input, storage *gathered, uint images, uint channels, uint height, uint width, uint rows,
              uint columns, uint kernel, uint stride) {
  EACH_THREAD {
    const uint groups = channels / LANES, taps = kernel * kernel;
    const place thread = THREAD;
    if (thread < (place)images * rows * columns * taps * groups) {
      place rest = thread;
      const uint group = (uint)(rest % groups);
      rest /= groups;
      const uint tap = (uint)(rest % taps);
      rest /= taps;
      const uint column = (uint)(rest % columns);
      rest /= columns;
      const uint row = (uint)(rest % rows), number = (uint)(rest / rows);
      const int y = (int)(row * stride + tap / kernel) - (int)(kernel / 2);
      const int x = (int)(column * stride + tap % kernel) - (int)(kernel / 2);
      vector found;
      for (uint lane = 0; lane < LANES; ++lane) found.lane[lane] = narrowed(0.0f);
      if (y >= 0 && y < (int)height && x >= 0 && x < (int)width)
        found = ((const vector *)input)[(((place)number * height + y) * width + x) * groups + group];
      ((vector *)gathered)[thread] = found;
    }
  }
}
#endif

// What follows a convolution that was computed alone: bias, residual, activation, in place. `residual` may be null.
// A thread is a vector of channels (channels last) or a value; `total` counts them.
KERNEL epilogue(storage *values, const float *bias, const storage *residual, place total, uint channels, uint pixels,
                float least, float greatest, uint function) {
  EACH_THREAD {
    place thread = THREAD;
    if (thread < total) {
#if CHANNELS_LAST
      vector found = ((const vector *)values)[thread];
      vector past;
      if (residual) past = ((const vector *)residual)[thread];
      uint channel = (uint)(thread % (channels / LANES)) * LANES;
      for (uint lane = 0; lane < LANES; ++lane) {
        float value = widened(found.lane[lane]) + bias[channel + lane];
        if (residual) value += widened(past.lane[lane]);
        found.lane[lane] = narrowed(followed(value, least, greatest, function));
      }
      ((vector *)values)[thread] = found;
#else
      float value = widened(values[thread]) + bias[(uint)(thread / pixels % channels)];
      if (residual) value += widened(residual[thread]);
      values[thread] = narrowed(followed(value, least, greatest, function));
#endif
    }
  }
}

// Squeeze-and-excitation's last step: each channel of an image times its factor, [images][channels] in f32. A thread is a
// vector of channels (channels last) or a value; `total` counts them.
KERNEL excite(const storage *input, const float *factors, storage *output, place total, uint channels, uint pixels) {
  EACH_THREAD {
    place thread = THREAD;
    if (thread < total) {
#if CHANNELS_LAST
      const uint groups = channels / LANES;
      const float *factor = factors + thread / ((place)pixels * groups) * channels + thread % groups * LANES;
      vector found = ((const vector *)input)[thread];
      for (uint lane = 0; lane < LANES; ++lane) found.lane[lane] = narrowed(widened(found.lane[lane]) * factor[lane]);
      ((vector *)output)[thread] = found;
#else
      output[thread] = narrowed(widened(input[thread]) * factors[thread / pixels]);
#endif
    }
  }
}

// A convolution of SIDE x SIDE of each channel by itself, padded by half of it, with the activation of its input before
// it (the border is zero after that) and its own after it. `weight` is [SIDE * SIDE][channels].
// A thread is STRIP pixels of a row, of a vector of channels (channels last) or of one.
#if CHANNELS_LAST
#define DEPTHWISE_LANES LANES
typedef struct ALIGNED {
  float lane[4];
} four;
// As many as a vector has numbers, by loads of 16 bytes.
FUNCTION void load_floats(float *to, const float *from) {
  _Pragma("unroll") for (uint part = 0; part < LANES / 4; ++part) {
    const four found = ((const four *)from)[part];
    _Pragma("unroll") for (uint lane = 0; lane < 4; ++lane) to[part * 4 + lane] = found.lane[lane];
  }
}
#else
#define DEPTHWISE_LANES 1
FUNCTION void load_floats(float *to, const float *from) { *to = *from; }
#endif
#define DEPTHWISE(name, SIDE, STRIP, STRIDE)                                                                            \
  KERNEL name(const storage *input, const float *weight, const float *bias, storage *output, uint images,              \
              uint channels, uint height, uint width, uint rows, uint columns, float input_least,                      \
              float input_greatest, uint input_function, float least, float greatest, uint function) {                 \
    EACH_THREAD {                                                                                                      \
      const uint groups = channels / DEPTHWISE_LANES, strips = (columns + STRIP - 1) / STRIP;                          \
      place rest = THREAD;                                                                                             \
      if (rest < (place)images * rows * strips * groups) {                                                             \
        DEPTHWISE_PLACE                                                                                                \
        float sums[STRIP][DEPTHWISE_LANES];                                                                            \
        _Pragma("unroll") for (uint p = 0; p < STRIP; ++p)                                                             \
          load_floats(sums[p], bias + channel);                                                                        \
        _Pragma("unroll") for (int dy = 0; dy < SIDE; ++dy) {                                                          \
          const int row_at = (int)(row * STRIDE) + dy - SIDE / 2, y = clamped(row_at, height);                         \
          float taps[SIDE][DEPTHWISE_LANES];                                                                           \
          _Pragma("unroll") for (int dx = 0; dx < SIDE; ++dx)                                                          \
            load_floats(taps[dx], weight + (dy * SIDE + dx) * channels + channel);                                     \
          _Pragma("unroll") for (int at = 0; at < (STRIP - 1) * STRIDE + SIDE; ++at) {                                 \
            const int column_at = (int)(strip * STRIP * STRIDE) + at - SIDE / 2, x = clamped(column_at, width);        \
            const int inside = y == row_at && x == column_at;                                                          \
            DEPTHWISE_LOAD                                                                                             \
            _Pragma("unroll") for (uint lane = 0; lane < DEPTHWISE_LANES; ++lane) {                                    \
              const float value =                                                                                      \
                  inside ? followed(widened(found.lane[lane]), input_least, input_greatest, input_function) : 0.0f;    \
              _Pragma("unroll") for (int p = 0; p < STRIP; ++p) {                                                      \
                const int dx = at - p * STRIDE;                                                                        \
                if (dx >= 0 && dx < SIDE) sums[p][lane] += value * taps[dx][lane];                                     \
              }                                                                                                        \
            }                                                                                                          \
          }                                                                                                            \
        }                                                                                                              \
        _Pragma("unroll") for (uint p = 0; p < STRIP; ++p) {                                                           \
          const uint x = strip * STRIP + p;                                                                            \
          if (x < columns) {                                                                                           \
            DEPTHWISE_STORE                                                                                            \
          }                                                                                                            \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

#if CHANNELS_LAST
#define DEPTHWISE_PLACE                                                                                                \
  const uint group = (uint)(rest % groups), channel = group * LANES;                                                   \
  rest /= groups;                                                                                                      \
  const uint strip = (uint)(rest % strips);                                                                            \
  rest /= strips;                                                                                                      \
  const uint row = (uint)(rest % rows), number = (uint)(rest / rows);
#define DEPTHWISE_LOAD                                                                                                 \
  const vector found = ((const vector *)input)[(((place)number * height + y) * width + x) * groups + group];
#define DEPTHWISE_STORE                                                                                                \
  vector made;                                                                                                         \
  _Pragma("unroll") for (uint lane = 0; lane < LANES; ++lane) made.lane[lane] =                                        \
      narrowed(followed(sums[p][lane], least, greatest, function));                                                                \
  ((vector *)output)[(((place)number * rows + row) * columns + x) * groups + group] = made;
#else
typedef struct {
  storage lane[1];
} single;
#define DEPTHWISE_PLACE                                                                                                \
  const uint strip = (uint)(rest % strips);                                                                            \
  rest /= strips;                                                                                                      \
  const uint row = (uint)(rest % rows);                                                                                \
  rest /= rows;                                                                                                        \
  const uint channel = (uint)(rest % channels), number = (uint)(rest / channels);
#define DEPTHWISE_LOAD                                                                                                 \
  single found;                                                                                                        \
  found.lane[0] = input[(((place)number * channels + channel) * height + y) * width + x];
#define DEPTHWISE_STORE                                                                                                \
  output[(((place)number * channels + channel) * rows + row) * columns + x] =                                           \
      narrowed(followed(sums[p][0], least, greatest, function));
#endif

DEPTHWISE(depthwise_3_1_1, 3, 1, 1)
DEPTHWISE(depthwise_3_2_1, 3, 2, 1)
DEPTHWISE(depthwise_3_4_1, 3, 4, 1)
DEPTHWISE(depthwise_3_1_2, 3, 1, 2)
DEPTHWISE(depthwise_3_2_2, 3, 2, 2)
DEPTHWISE(depthwise_3_4_2, 3, 4, 2)
#if LARGEST_FILTER >= 5
DEPTHWISE(depthwise_5_1_1, 5, 1, 1)
DEPTHWISE(depthwise_5_2_1, 5, 2, 1)
DEPTHWISE(depthwise_5_4_1, 5, 4, 1)
DEPTHWISE(depthwise_5_1_2, 5, 1, 2)
DEPTHWISE(depthwise_5_2_2, 5, 2, 2)
DEPTHWISE(depthwise_5_4_2, 5, 4, 2)
#endif

// The maximum of 3x3 pixels, stride 2, padded by 1. A thread is a vector of channels (channels last) or a value of the
// output.
KERNEL max_pool(const storage *input, storage *output, uint images, uint channels, uint height, uint width, uint rows,
                uint columns) {
  EACH_THREAD {
    const uint groups = channels / DEPTHWISE_LANES;
    place rest = THREAD;
    if (rest < (place)images * rows * columns * groups) {
#if CHANNELS_LAST
      const uint group = (uint)(rest % groups);
      rest /= groups;
      const uint column = (uint)(rest % columns);
      rest /= columns;
      const uint row = (uint)(rest % rows), number = (uint)(rest / rows);
#else
      const uint column = (uint)(rest % columns);
      rest /= columns;
      const uint row = (uint)(rest % rows);
      rest /= rows;
      const uint channel = (uint)(rest % channels), number = (uint)(rest / channels);
#endif
      float greatest[DEPTHWISE_LANES];
      for (uint lane = 0; lane < DEPTHWISE_LANES; ++lane) greatest[lane] = -3.4e38f;
      for (int dy = 0; dy < 3; ++dy) {
        const int y = (int)(row * 2) + dy - 1;
        if (y < 0 || y >= (int)height) continue;
        for (int dx = 0; dx < 3; ++dx) {
          const int x = (int)(column * 2) + dx - 1;
          if (x < 0 || x >= (int)width) continue;
          DEPTHWISE_LOAD
          for (uint lane = 0; lane < DEPTHWISE_LANES; ++lane) greatest[lane] = fmaxf(greatest[lane], widened(found.lane[lane]));
        }
      }
#if CHANNELS_LAST
      vector made;
      for (uint lane = 0; lane < LANES; ++lane) made.lane[lane] = narrowed(greatest[lane]);
      ((vector *)output)[THREAD] = made;
#else
      output[THREAD] = narrowed(greatest[0]);
#endif
    }
  }
}

// The mean of an image's pixels, channel by channel, with the activation of the input before it: [images][channels] in
// f32, or in the plan's number format where `narrow`. 256 threads a block. Channels last: blockIdx is (8 vectors of channels,
// image); else (channel, image).
FUNCTION void store_mean(void *output, place at, float value, uint narrow) {
  if (narrow) ((storage *)output)[at] = narrowed(value);
  else ((float *)output)[at] = value;
}
KERNEL mean(const storage *input, void *output, uint channels, uint pixels, float least, float greatest, uint function,
            uint narrow) {
#if CHANNELS_LAST
  SHARED float partial[32][8][LANES];
  EACH_THREAD {
    const uint groups = channels / LANES, column = threadIdx.x % 8, first = threadIdx.x / 8;
    const uint group = blockIdx.x * 8 + column;
    float sums[LANES];
    for (uint lane = 0; lane < LANES; ++lane) sums[lane] = 0.0f;
    if (group < groups) {
      const vector *image = (const vector *)input + (place)blockIdx.y * pixels * groups + group;
      for (uint pixel = first; pixel < pixels; pixel += 32) {
        const vector found = image[(place)pixel * groups];
        for (uint lane = 0; lane < LANES; ++lane)
          sums[lane] += followed(widened(found.lane[lane]), least, greatest, function);
      }
    }
    for (uint lane = 0; lane < LANES; ++lane) partial[first][column][lane] = sums[lane];
  }
  BARRIER;
  EACH_THREAD {
    const uint column = threadIdx.x / LANES, lane = threadIdx.x % LANES;
    const uint channel = blockIdx.x * 8 * LANES + threadIdx.x;
    if (column < 8 && channel < channels) {
      float sum = 0.0f;
      for (uint part = 0; part < 32; ++part) sum += partial[part][column][lane];
      store_mean(output, (place)blockIdx.y * channels + channel, sum / (float)pixels, narrow);
    }
  }
#else
  SHARED float partial[256];
  EACH_THREAD {
    const storage *image = input + ((place)blockIdx.y * channels + blockIdx.x) * pixels;
    float sum = 0.0f;
    for (uint pixel = threadIdx.x; pixel < pixels; pixel += 256)
      sum += followed(widened(image[pixel]), least, greatest, function);
    partial[threadIdx.x] = sum;
  }
  BARRIER;
  for (uint half = 128; half > 0; half /= 2) {
    EACH_THREAD {
      if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
    }
    BARRIER;
  }
  EACH_THREAD {
    if (threadIdx.x == 0) store_mean(output, (place)blockIdx.y * channels + blockIdx.x, partial[0] / (float)pixels, narrow);
  }
#endif
}

// The fully connected layer: [images][inputs] by [outputs][inputs] to [images][outputs], in f32 but for the weights.
// 128 threads a block, which is (output, 4 images): a weight is read once for all four.
KERNEL linear(const float *input, const storage *weight, const float *bias, float *output, uint images, uint inputs,
              uint outputs, float least, float greatest, uint function) {
  SHARED float partial[4][128];
  EACH_THREAD {
    const vector *row = (const vector *)weight + (place)blockIdx.x * (inputs / LANES);
    float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (uint at = threadIdx.x; at < inputs / LANES; at += 128) {
      const vector weights = row[at];
      for (uint image = 0; image < 4; ++image) {
        const uint number = blockIdx.y * 4 + image;
        if (number < images) {
          const float *values = input + (place)number * inputs + (place)at * LANES;
          for (uint lane = 0; lane < LANES; ++lane) sums[image] += widened(weights.lane[lane]) * values[lane];
        }
      }
    }
    for (uint image = 0; image < 4; ++image) partial[image][threadIdx.x] = sums[image];
  }
  BARRIER;
  for (uint half = 64; half > 0; half /= 2) {
    EACH_THREAD {
      if (threadIdx.x < half) {
        for (uint image = 0; image < 4; ++image) partial[image][threadIdx.x] += partial[image][threadIdx.x + half];
      }
    }
    BARRIER;
  }
  EACH_THREAD {
    const uint number = blockIdx.y * 4 + threadIdx.x;
    if (threadIdx.x < 4 && number < images) {
      const float sum = partial[threadIdx.x][0] + bias[blockIdx.x];
      output[(place)number * outputs + blockIdx.x] = followed(sum, least, greatest, function);
    }
  }
}
