// cuDNN's convolutions and cuBLAS's products on the CPU, by their definitions: sums in f64, results rounded to the
// tensor's number format. They refuse what the real ones are documented to refuse.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void simulated_submit(void *where, void (*run)(void *), void *data);
int simulated_gpu(void);

#define VARIANT(n)                                    \
  float simulated_widened_##n(const void *, size_t); \
  void simulated_widen_##n(const void *, size_t, float *); \
  void simulated_store_##n(void *, size_t, float);
VARIANT(2) VARIANT(4)

enum { FLOAT = 0, HALF = 2, BF16 = 9 }; // cuDNN's numbers
enum { OK = 0, BAD_PARAM = 2000, NOT_SUPPORTED = 3000 };
enum { NCHW = 0, NHWC = 1 };
enum { IDENTITY = 5, RELU = 1 };
enum { PRECOMP_GEMM = 1, WINOGRAD_NONFUSED = 7 };

static float get(int type, const void *values, size_t index) {
  return type == FLOAT ? ((const float *)values)[index]
         : type == HALF ? simulated_widened_2(values, index)
                        : simulated_widened_4(values, index);
}
static void set(int type, void *values, size_t index, float value) {
  if (type == FLOAT) ((float *)values)[index] = value;
  else if (type == HALF) simulated_store_2(values, index, value);
  else simulated_store_4(values, index, value);
}

typedef struct {
  void *stream;
} handle;
typedef struct {
  int format, type, n, c, h, w;
} tensor;
typedef struct {
  int pad, stride, math;
} convolution;
typedef struct {
  int mode;
} activation;

size_t cudnnGetVersion(void) { return 91300; }
int cudnnCreate(handle **made) { return *made = calloc(1, sizeof **made), OK; }
int cudnnDestroy(handle *which) { return free(which), OK; }
int cudnnSetStream(handle *which, void *stream) { return which->stream = stream, OK; }
int cudnnCreateTensorDescriptor(tensor **made) { return *made = calloc(1, sizeof **made), OK; }
int cudnnDestroyTensorDescriptor(tensor *which) { return free(which), OK; }
int cudnnSetTensor4dDescriptor(tensor *which, int format, int type, int n, int c, int h, int w) {
  return *which = (tensor){format, type, n, c, h, w}, OK;
}
int cudnnCreateFilterDescriptor(tensor **made) { return *made = calloc(1, sizeof **made), OK; }
int cudnnDestroyFilterDescriptor(tensor *which) { return free(which), OK; }
int cudnnSetFilter4dDescriptor(tensor *which, int type, int format, int k, int c, int h, int w) {
  return *which = (tensor){format, type, k, c, h, w}, OK;
}
int cudnnCreateConvolutionDescriptor(convolution **made) { return *made = calloc(1, sizeof **made), OK; }
int cudnnDestroyConvolutionDescriptor(convolution *which) { return free(which), OK; }
int cudnnSetConvolution2dDescriptor(convolution *which, int pad_h, int pad_w, int stride_h, int stride_w, int dilation_h,
                                    int dilation_w, int mode, int type) {
  if (pad_h != pad_w || stride_h != stride_w || dilation_h != 1 || dilation_w != 1 || mode != 1 || type != FLOAT)
    return BAD_PARAM;
  return *which = (convolution){pad_h, stride_h, 0}, OK;
}
int cudnnSetConvolutionMathType(convolution *which, int math) { return which->math = math, OK; }
int cudnnCreateActivationDescriptor(activation **made) { return *made = calloc(1, sizeof **made), OK; }
int cudnnDestroyActivationDescriptor(activation *which) { return free(which), OK; }
int cudnnSetActivationDescriptor(activation *which, int mode, int nan, double limit) { return which->mode = mode, OK; }

typedef struct {
  int algorithm, status;
  float time;
  size_t memory;
  int determinism, math, reserved[3];
} performance;

static int algorithms(const tensor *w, const convolution *how, int *found) {
  int count = 0;
  if (simulated_gpu() == 6) return 0;
  found[count++] = PRECOMP_GEMM;
  if (w->format == NCHW && w->h == 3 && how->stride == 1) found[count++] = WINOGRAD_NONFUSED;
  return count;
}
int cudnnGetConvolutionForwardAlgorithm_v7(handle *h, tensor *x, tensor *w, convolution *how, tensor *y, int most,
                                           int *count, performance *all) {
  int found[2], usable = algorithms(w, how, found);
  *count = usable < most ? usable : most;
  for (int i = 0; i < *count; ++i)
    all[i] = (performance){found[i], OK, 1.0f, found[i] == WINOGRAD_NONFUSED ? 4096 : 0, 1, how->math, {0}};
  // One that is said not to work must not be tried.
  if (*count < most) all[(*count)++] = (performance){4, NOT_SUPPORTED, -1.0f, 0, 1, 0, {0}};
  return OK;
}

typedef struct {
  tensor x, w, y;
  convolution how;
  int fused, mode;
  float share;
  const void *from, *weight, *past, *bias;
  void *to;
} job;

static size_t at(const tensor *t, int n, int c, int y, int x) {
  return t->format == NHWC ? (((size_t)n * t->h + y) * t->w + x) * t->c + c : (((size_t)n * t->c + c) * t->h + y) * t->w + x;
}
// Products of TF32 have 10 bits of mantissa; numbers in half the bytes have no more anyway.
static float rounded(float value, int type, const convolution *how) {
  if (type != FLOAT || how->math == 3 || !isfinite(value)) return value;
  int exponent;
  float mantissa = frexpf(value, &exponent);
  return ldexpf(nearbyintf(ldexpf(mantissa, 11)), exponent - 11);
}
// All numbers of a tensor as the products take them: made once, since the sums are the whole time of a test. Where nothing
// changes, they are the tensor itself; `done` tells the difference.
static const float *widened(int type, const void *values, size_t count, const convolution *how) {
  if (type == FLOAT && how->math == 3) return values;
  float *all = malloc(count * 4);
  if (type == HALF) simulated_widen_2(values, count, all);
  else if (type == BF16) simulated_widen_4(values, count, all);
  else
    for (size_t index = 0; index < count; ++index) all[index] = rounded(((const float *)values)[index], type, how);
  return all;
}
static void done(const float *made, const void *values) {
  if (made != values) free((void *)made);
}
// The same with the channels of each pixel one after another.
static const float *channels_last(const tensor *t, const void *values, const convolution *how) {
  const size_t count = (size_t)t->n * t->c * t->h * t->w;
  const float *all = widened(t->type, values, count, how);
  if (t->format == NHWC) return all;
  float *sorted = malloc(count * 4);
  for (int n = 0; n < t->n; ++n)
    for (int row = 0; row < t->h; ++row)
      for (int column = 0; column < t->w; ++column)
        for (int c = 0; c < t->c; ++c)
          sorted[(((size_t)n * t->h + row) * t->w + column) * t->c + c] = all[at(t, n, c, row, column)];
  done(all, values);
  return sorted;
}
static void convolve(void *data) {
  const job *j = data;
  const tensor *x = &j->x, *w = &j->w, *y = &j->y;
  const float *in = channels_last(x, j->from, &j->how), *by = channels_last(w, j->weight, &j->how);
  for (int n = 0; n < y->n; ++n)
    for (int row = 0; row < y->h; ++row)
      for (int column = 0; column < y->w; ++column)
        for (int k = 0; k < y->c; ++k) {
          double sum = 0;
          for (int dy = 0; dy < w->h; ++dy)
            for (int dx = 0; dx < w->w; ++dx) {
              const int iy = row * j->how.stride + dy - j->how.pad, ix = column * j->how.stride + dx - j->how.pad;
              if (iy < 0 || ix < 0 || iy >= x->h || ix >= x->w) continue;
              const float *a = in + (((size_t)n * x->h + iy) * x->w + ix) * x->c;
              const float *b = by + (((size_t)k * w->h + dy) * w->w + dx) * w->c;
              float part = 0;
              for (int c = 0; c < x->c; ++c) part += a[c] * b[c];
              sum += part;
            }
          float value = (float)sum;
          if (j->fused) {
            value += get(y->type, j->bias, k);
            if (j->share != 0) value += j->share * get(y->type, j->past, at(y, n, k, row, column));
            if (j->mode == RELU) value = value < 0 ? 0 : value;
          }
          set(y->type, j->to, at(y, n, k, row, column), value);
        }
  done(in, j->from);
  done(by, j->weight);
}
static int submit(handle *h, job j, int algorithm) {
  int found[2], usable = algorithms(&j.w, &j.how, found), known = 0;
  for (int i = 0; i < usable; ++i) known |= found[i] == algorithm;
  if (!known || (simulated_gpu() == 5 && j.x.format == NHWC)) return NOT_SUPPORTED;
  const int sides = (j.x.h + 2 * j.how.pad - j.w.h) / j.how.stride + 1;
  if (j.x.c != j.w.c || j.w.n != j.y.c || j.x.n != j.y.n || sides != j.y.h || j.x.format != j.w.format || j.x.format != j.y.format)
    return BAD_PARAM;
  job *kept = malloc(sizeof *kept);
  *kept = j;
  return simulated_submit(h->stream, convolve, kept), OK;
}
int cudnnConvolutionForward(handle *h, const float *one, tensor *x, const void *from, tensor *w, const void *weight,
                            convolution *how, int algorithm, void *space, size_t bytes, const float *zero, tensor *y, void *to) {
  if (*one != 1 || *zero != 0 || (algorithm == WINOGRAD_NONFUSED && bytes < 4096)) return BAD_PARAM;
  return submit(h, (job){*x, *w, *y, *how, 0, 0, 0, from, weight, NULL, NULL, to}, algorithm);
}
int cudnnConvolutionBiasActivationForward(handle *h, const float *one, tensor *x, const void *from, tensor *w, const void *weight,
                                          convolution *how, int algorithm, void *space, size_t bytes, const float *share,
                                          tensor *z, const void *past, tensor *b, const void *bias, activation *after, tensor *y,
                                          void *to) {
  if (*one != 1 || b->c != y->c || b->type != y->type || memcmp(z, y, sizeof *z)) return BAD_PARAM;
  if (after->mode != RELU && after->mode != IDENTITY) return NOT_SUPPORTED;
  if (after->mode == IDENTITY && algorithm != PRECOMP_GEMM) return NOT_SUPPORTED;
  if (algorithm == WINOGRAD_NONFUSED && bytes < 4096) return BAD_PARAM;
  return submit(h, (job){*x, *w, *y, *how, 1, after->mode, *share, from, weight, past, bias, to}, algorithm);
}

// cuBLAS counts by columns: D = after(A^T or A times B, plus `share` of C, plus the bias of each row).
// CUDA_R_32F 0, CUDA_R_16F 2, CUDA_R_16BF 14; CUBLAS_COMPUTE_32F 68, FAST_TF32 77; BIAS 4, RELU_BIAS 6
typedef struct {
  int type;
  uint64_t rows, columns;
  int64_t leading;
} matrix;
typedef struct {
  int compute, across, after;
  const void *bias;
} multiplication;
typedef struct {
  matrix a, b, d;
  multiplication how;
  float share;
  const void *left, *right, *past;
  void *to;
} product;
typedef struct {
  uint64_t algorithm[8];
  size_t bytes;
  int state;
  float waves;
  int reserved[4];
} heuristic;

static int number_of(int type) { return type == 0 ? FLOAT : type == 2 ? HALF : BF16; }
// A factor with the terms of each sum one after another.
static const float *factor(const matrix *of, const void *values, int by_columns, const convolution *how) {
  const size_t rows = of->rows, columns = of->columns, leading = of->leading;
  const float *all = widened(number_of(of->type), values, leading * (columns - 1) + rows, how);
  if (by_columns && leading == rows) return all;
  float *sorted = malloc(rows * columns * 4);
  for (size_t column = 0; column < columns; ++column)
    for (size_t row = 0; row < rows; ++row)
      sorted[by_columns ? column * rows + row : row * columns + column] = all[column * leading + row];
  done(all, values);
  return sorted;
}
// Short parts in f32, their sum in f64.
static double dot(const float *a, const float *b, size_t count) {
  double sum = 0;
  for (size_t first = 0; first < count; first += 64) {
    const size_t beyond = first + 64 < count ? first + 64 : count;
    float part = 0;
    for (size_t k = first; k < beyond; ++k) part += a[k] * b[k];
    sum += part;
  }
  return sum;
}
static void multiply(void *data) {
  const product *p = data;
  const convolution how = {0, 0, p->how.compute == 77 ? 0 : 3};
  const int made = number_of(p->d.type);
  const size_t inner = p->how.across ? p->a.rows : p->a.columns;
  const float *left = factor(&p->a, p->left, p->how.across, &how), *right = factor(&p->b, p->right, 1, &how);
  for (size_t column = 0; column < p->d.columns; ++column)
    for (size_t row = 0; row < p->d.rows; ++row) {
      const double sum = dot(left + row * inner, right + column * inner, inner);
      const size_t place = column * p->d.leading + row;
      float value = (float)sum;
      if (p->share != 0) value += p->share * get(made, p->past, place);
      if (p->how.after & 4) value += get(made, p->how.bias, row);
      if (p->how.after & 2) value = value < 0 ? 0 : value;
      set(made, p->to, place, value);
    }
  done(left, p->left);
  done(right, p->right);
}
int cublasLtCreate(handle **made) { return *made = calloc(1, sizeof **made), OK; }
int cublasLtDestroy(handle *which) { return free(which), OK; }
int cublasLtGetProperty(int which, int *value) { return *value = which == 0 ? 13 : 0, OK; }
int cublasLtMatrixLayoutCreate(matrix **made, int type, uint64_t rows, uint64_t columns, int64_t leading) {
  *made = malloc(sizeof **made);
  return **made = (matrix){type, rows, columns, leading}, OK;
}
int cublasLtMatrixLayoutDestroy(matrix *which) { return free(which), OK; }
int cublasLtMatmulDescCreate(multiplication **made, int compute, int scale) {
  *made = calloc(1, sizeof **made);
  (*made)->compute = compute, (*made)->after = 1;
  return scale == 0 ? OK : 7;
}
int cublasLtMatmulDescDestroy(multiplication *which) { return free(which), OK; }
// TRANSA 3, EPILOGUE 7, BIAS_POINTER 8
int cublasLtMatmulDescSetAttribute(multiplication *which, int attribute, const void *value, size_t bytes) {
  if (attribute == 3 && bytes == 4) which->across = *(const int *)value;
  else if (attribute == 7 && bytes == 4) which->after = *(const int *)value;
  else if (attribute == 8 && bytes == 8) which->bias = *(const void *const *)value;
  else return 7;
  return OK;
}
int cublasLtMatmulPreferenceCreate(int **made) { return *made = calloc(1, 4), OK; }
int cublasLtMatmulPreferenceDestroy(int *which) { return free(which), OK; }
int cublasLtMatmulPreferenceSetAttribute(int *which, int attribute, const void *value, size_t bytes) {
  return (attribute == 1 && bytes == 8) || (attribute == 3 && bytes == 4) ? OK : 7;
}
static int fits(const multiplication *how, const matrix *a, const matrix *b, const matrix *c, const matrix *d) {
  const uint64_t rows = how->across ? a->columns : a->rows, inner = how->across ? a->rows : a->columns;
  return a->type == b->type && c->type == d->type && d->rows == rows && b->rows == inner && d->columns == b->columns &&
         a->leading >= (int64_t)a->rows && b->leading >= (int64_t)b->rows && d->leading >= (int64_t)d->rows;
}
// Two algorithms, of which the second wants a workspace.
int cublasLtMatmulAlgoGetHeuristic(handle *h, multiplication *how, matrix *a, matrix *b, matrix *c, matrix *d, int *preference,
                                   int most, heuristic *found, int *count) {
  if (!fits(how, a, b, c, d)) return 7;
  if (simulated_gpu() == 5) return *count = 0, OK;
  for (*count = 0; *count < most && *count < 2; ++*count)
    found[*count] = (heuristic){{(uint64_t)*count}, *count ? 1024 : 0, OK, 1.0f, {0}};
  return OK;
}
int cublasLtMatmul(handle *h, multiplication *how, const float *one, const void *left, matrix *a, const void *right, matrix *b,
                   const float *share, const void *past, matrix *c, void *to, matrix *d, const uint64_t *algorithm, void *space,
                   size_t bytes, void *stream) {
  if (*one != 1 || !fits(how, a, b, c, d) || (algorithm[0] == 1 && bytes < 1024)) return 7;
  product *kept = malloc(sizeof *kept);
  *kept = (product){*a, *b, *d, *how, *share, left, right, past, to};
  return simulated_submit(stream, multiply, kept), OK;
}
