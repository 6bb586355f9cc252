// What kernels.cu needs of CUDA, for one thread after another on the CPU.
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  unsigned int x, y, z;
} triple;

#define COTEJO_HOST
#define KERNEL static void
#define FUNCTION static inline
#define ALIGNED
#define SHARED static
#define BARRIER
#define EACH_THREAD for (threadIdx.x = 0; threadIdx.x < blockDim.x; ++threadIdx.x)

static triple threadIdx, blockIdx, blockDim;

// The number formats, from their definitions; float to half by scaling, which rounds once.
static inline float bits_to_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
static inline uint32_t float_to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

#if STORAGE == 1
static float widened_by_definition(unsigned short half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  float value;
  if (exponent == 31) value = mantissa ? NAN : INFINITY;
  else if (exponent == 0) value = ldexpf((float)mantissa, -24);
  else value = ldexpf((float)(mantissa | 1024), exponent - 25);
  return half & 0x8000 ? -value : value;
}
static inline float widened(unsigned short half) {
  static float all[65536];
  if (all[1] == 0)
    for (int bits = 65535; bits >= 0; --bits) all[bits] = widened_by_definition(bits);
  return all[half];
}
static inline unsigned short narrowed(float value) {
  const unsigned short sign = signbit(value) ? 0x8000 : 0;
  const float size = fabsf(value);
  if (isnan(value)) return sign | 0x7e00;
  if (size >= 65520.0f) return sign | 0x7c00;
  int exponent;
  frexpf(size, &exponent);
  if (exponent < -13) exponent = -13; // subnormal: a fixed step
  const int steps = (int)nearbyintf(ldexpf(size, 11 - exponent));
  // `steps` has 11 bits, or fewer where it is subnormal, and may have carried into a twelfth.
  return sign | (unsigned short)(steps < 1024 ? steps : ((exponent + 14) << 10) + steps - 1024);
}
#elif STORAGE == 2
static inline float widened(unsigned short value) { return bits_to_float((uint32_t)value << 16); }
static inline unsigned short narrowed(float value) {
  const uint32_t bits = float_to_bits(value);
  if (isnan(value)) return (unsigned short)(bits >> 16 | 64);
  return (unsigned short)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
#endif
