// Vectorised exponential, normal distribution, logistic function and hyperbolic tangent in fp32.

#define LOG2E 1.44269504f

// 2^x, own fits of degree 5 with a relative error of 8e-8 (in fp32 2e-7).
INLINE vf vexp2(vf x) {
#if W == 16
  // What is beyond the next lower integer, in [0, 1), and the power of two: an instruction each.
  vf r = (vf)_mm512_reduce_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  vf p = splat(0.0018775766948238015f);
  p = p * r + 0.008989340625703335f;
  p = p * r + 0.05582631751894951f;
  p = p * r + 0.24015361070632935f;
  p = p * r + 0.6931530833244324f;
  p = p * r + 0.9999999403953552f;
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)x);
#else
  // For x < 128; below -126 2^-126. The rounding to an integer is by adding 1.5 * 2^23, whose last
  // bits then hold it; the fit is for [-1/2, 1/2].
  x = vmax(x, splat(-126));
  vf shifted = x + 12582912.0f;
  vf r = x - (shifted - 12582912.0f);
  vf p = splat(0.001327647129073739f);
  p = p * r + 0.009675540961325169f;
  p = p * r + 0.05550713092088699f;
  p = p * r + 0.24022120237350464f;
  p = p * r + 0.6931469440460205f;
  p = p * r + 1.0000001192092896f;
  return (vf)((vi)p + ((vi)shifted << 23));
#endif
}

// The same for results that are rounded to bf16: degree 4, relative error 2.6e-6.
INLINE vf vexp2_coarse(vf x) {
#if W == 16
  vf r = (vf)_mm512_reduce_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  vf p = splat(0.013534167781472206f);
  p = p * r + 0.052011460065841675f;
  p = p * r + 0.2414427548646927f;
  p = p * r + 0.6930038332939148f;
  p = p * r + 1.0000026226043701f;
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)x);
#else
  return vexp2(x);
#endif
}

// exp(x) = 2^n exp(r), |r| <= ln2/2: Cody-Waite reduction, then an own fit of degree 5 (relative
// error 8e-8). At n = 128 the last factor is below 1, so that the exponent still fits.
INLINE vf vexp(vf x) {
  vi below = x < splat(-87.33f);
  x = vmin(vmax(x, splat(-87.33f)), splat(88.72f));
  vf shifted = x * LOG2E + 12582912.0f;
  vf whole = shifted - 12582912.0f;
  vf r = x - whole * 0.693359375f;
  r = r + whole * 2.12194440e-4f;
  vf p = splat(0.008297654800117016f);
  p = p * r + 0.04191538318991661f;
  p = p * r + 0.16667574644088745f;
  p = p * r + 0.49998894333839417f;
  p = p * r + 0.9999997019767761f;
  p = p * r + 1.0000001192092896f;
  return (vf)(((vi)p + ((vi)shifted << 23)) & ~below);
}

// Phi(x) without a division, for the forward pass: log2 Phi(-z) is nearly a parabola. Own fit of
// degree 11 on 0 <= z <= 8 (relative error 7e-7, in fp32 6e-6); below, Phi is less than 1e-15.
INLINE vf vnormal_value(vf x) {
  vf z = vmin(vabs(x), splat(8));
  vf p = splat(5.338170461222091e-10f);
  p = p * z - 2.5725263697040646e-08f;
  p = p * z + 5.386131078921608e-07f;
  p = p * z - 6.332768862193916e-06f;
  p = p * z + 4.388418892631307e-05f;
  p = p * z - 0.00014782583457417786f;
  p = p * z - 0.0003217347548343241f;
  p = p * z + 0.007416531443595886f;
  p = p * z - 0.05282990634441376f;
  p = p * z - 0.4590591490268707f;
  p = p * z - 1.1511300802230835f;
  p = p * z - 0.9999993443489075f;
  vf tail = vexp2(p);
  return vselect(x < splat(0), tail, 1.0f - tail);
}

// Phi(x) for results that are rounded to bf16: degree 6, relative error 2.3e-4.
INLINE vf vnormal_coarse(vf x) {
  vf z = vmin(vabs(x), splat(8));
  vf p = splat(1.3207809388404712e-05f);
  p = p * z - 0.0004267836920917034f;
  p = p * z + 0.0058977482840418816f;
  p = p * z - 0.04699717089533806f;
  p = p * z - 0.46733027696609497f;
  p = p * z - 1.1470049619674683f;
  p = p * z - 1.0003305673599243f;
  vf tail = vexp2(p);
  return vselect(x < splat(0), tail, 1.0f - tail);
}

// Phi(x), and in `density` phi(x). erfc(z) = exp(-z^2) t Q(t), t = 1/(1 + z/2), z >= 0: Q is our
// own fit of degree 8 in the least-maximum sense (relative error 4e-8, in fp32 3e-7).
INLINE vf vnormal(vf x, vf *density) {
  vf z = vabs(x) * 0.70710678f;
  vf t = 1.0f / (1.0f + 0.5f * z);
  vf e = vexp(-z * z);
  vf q = splat(-0.05906933173537254f);
  q = q * t + 0.28457674384117126f;
  q = q * t - 0.4872034192085266f;
  q = q * t + 0.2780710458755493f;
  q = q * t - 0.026628216728568077f;
  q = q * t + 0.20268788933753967f;
  q = q * t + 0.2431035190820694f;
  q = q * t + 0.2823753356933594f;
  q = q * t + 0.28208640217781067f;
  vf tail = 0.5f * e * t * q;
  *density = 0.39894228f * e;
  return vselect(x < splat(0), tail, 1.0f - tail);
}

INLINE vf vlogistic(vf x, int coarse) {
  if (!coarse) return 1.0f / (1.0f + vexp(-x));
  vf e = 1.0f + vexp2(vmin(x * -LOG2E, splat(126)));
#if W == 16
  return (vf)_mm512_rcp14_ps((__m512)e);
#else
  return 1.0f / e;
#endif
}

// Near 0 the odd Taylor series keeps the relative error small (below 0.25: 2e-9).
INLINE vf vtanh(vf x) {
  vf s = x * x;
  vf small = splat(62.0f / 2835);
  small = small * s - 17.0f / 315;
  small = small * s + 2.0f / 15;
  small = small * s - 1.0f / 3;
  small = x + x * s * small;
  vf large = 1.0f - 2.0f / (vexp(2.0f * x) + 1.0f);
  return vselect(vabs(x) < splat(0.25f), small, large);
}

// ln(1 + t) for t in [0, 1]: 2 artanh(t / (2 + t)), whose argument is at most 1/3.
INLINE vf vlog1p_unit(vf t) {
  vf s = t / (2.0f + t), q = s * s;
  vf p = splat(1.0f / 17);
  p = p * q + 1.0f / 15;
  p = p * q + 1.0f / 13;
  p = p * q + 1.0f / 11;
  p = p * q + 1.0f / 9;
  p = p * q + 1.0f / 7;
  p = p * q + 1.0f / 5;
  p = p * q + 1.0f / 3;
  p = p * q + 1.0f;
  return 2.0f * s * p;
}

// exp(x) - 1 for x <= 0 without cancellation: 2 t / (1 - t), t = tanh(x / 2).
INLINE vf vexpm1_negative(vf x) {
  vf t = vtanh(0.5f * x);
  return 2.0f * t / (1.0f - t);
}

// sin(x + quarters pi/2): Cody-Waite reduction by pi in three parts, odd Taylor polynomial of
// degree 11 on [-pi/2, pi/2] (error 6e-8). Arguments beyond 1e5 lose accuracy.
INLINE vf vsine(vf x, int quarters) {
  vf turns = x * 0.318309886f + (float)quarters * 0.5f;
  vf shifted = turns + 12582912.0f;
  vi parity = (vi)shifted << 31;
  vf n = shifted - 12582912.0f - (float)quarters * 0.5f;
  vf r = x - n * 3.140625f;
  r = r - n * 9.67025756836e-4f;
  r = r - n * 6.2771141529e-7f;
  r = r - n * 1.2154201e-10f;
  vf s = r * r;
  vf p = splat(-2.50521084e-8f);
  p = p * s + 2.75573192e-6f;
  p = p * s - 1.98412698e-4f;
  p = p * s + 8.33333333e-3f;
  p = p * s - 1.66666667e-1f;
  p = r + r * s * p;
  return (vf)((vi)p ^ parity);
}

// tanh(ln(1 + e^x)) = (e^2 + 2 e) / (e^2 + 2 e + 2), e = exp(x); 1 where e^2 would overflow.
INLINE vf vmish_gate(vf x) {
  vf e = vexp(vmin(x, splat(20)));
  vf q = e * (e + 2.0f);
  return q / (q + 2.0f);
}

// The tanh GELU's inner polynomial is sqrt(2/pi) (x + 0.044715 x^3); 0.5 (1 + tanh u) is the
// logistic function of 2u.
// `coarse`: the result is rounded to bf16.
INLINE vf vactivate(int32_t f, vf x, int coarse) {
  switch (f) {
    case HFM_GELU: return x * (coarse ? vnormal_coarse(x) : vnormal_value(x));
    case HFM_GELU_TANH:
      return x * vlogistic(1.59576912f * (x + 0.044715f * x * x * x), coarse);
    case HFM_QUICK_GELU: return x * vlogistic(1.702f * x, coarse);
    case HFM_SILU: return x * vlogistic(x, coarse);
    case HFM_RELU: return vmax(x, splat(0));
    case HFM_SIGMOID: return vlogistic(x, coarse);
    case HFM_LEAKY_RELU: return vmax(x, 0.01f * x);
    case HFM_SOFTPLUS: return vmax(x, splat(0)) + vlog1p_unit(vexp(-vabs(x)));
    case HFM_ELU: return vselect(x > splat(0), x, vexpm1_negative(vmin(x, splat(0))));
    case HFM_RELU6: return vmin(vmax(x, splat(0)), splat(6));
    case HFM_MISH: return x * vmish_gate(x);
    case HFM_HARD_SWISH:
      return x * vmin(vmax(x + 3.0f, splat(0)), splat(6)) * (1.0f / 6);
    case HFM_EXPONENTIAL: return vexp(x);
    case HFM_RECIPROCAL: return 1.0f / x;
    case HFM_SINE: return vsine(x, 0);
    default: return vtanh(x);
  }
}
// f'(x), and f(x) in `value`; `coarse` as above.
INLINE vf vderivative(int32_t f, vf x, vf *value, int coarse) {
  vf density, p, s;
  switch (f) {
    case HFM_GELU:
      if (coarse) {
        p = vnormal_coarse(x);
        density = 0.39894228f * vexp2(-0.72134752f * x * x);
      } else {
        p = vnormal(x, &density);
      }
      *value = x * p;
      return p + x * density;
    case HFM_GELU_TANH:
      s = vlogistic(1.59576912f * (x + 0.044715f * x * x * x), coarse);
      *value = x * s;
      return s + x * s * (1.0f - s) * 1.59576912f * (1.0f + 0.134145f * x * x);
    case HFM_QUICK_GELU:
      s = vlogistic(1.702f * x, coarse);
      *value = x * s;
      return s + 1.702f * x * s * (1.0f - s);
    case HFM_SILU:
      s = vlogistic(x, coarse);
      *value = x * s;
      return s + x * s * (1.0f - s);
    case HFM_RELU:
      *value = vmax(x, splat(0));
      return vselect(x > splat(0), splat(1), splat(0));
    case HFM_SIGMOID:
      s = vlogistic(x, coarse);
      *value = s;
      return s * (1.0f - s);
    case HFM_LEAKY_RELU:
      *value = vmax(x, 0.01f * x);
      return vselect(x > splat(0), splat(1), splat(0.01f));
    case HFM_SOFTPLUS:
      *value = vactivate(f, x, coarse);
      return vlogistic(x, coarse);
    case HFM_ELU:
      p = vexpm1_negative(vmin(x, splat(0)));
      *value = vselect(x > splat(0), x, p);
      return p + 1.0f;
    case HFM_RELU6:
      *value = vactivate(f, x, coarse);
      return vselect((x > splat(0)) & (x < splat(6)), splat(1), splat(0));
    case HFM_MISH:
      p = vmish_gate(x);
      *value = x * p;
      return p + x * (1.0f - p * p) * vlogistic(x, coarse);
    case HFM_HARD_SWISH:
      *value = vactivate(f, x, coarse);
      return vselect(x > splat(3), splat(1),
                     vselect(x < splat(-3), splat(0), (2.0f * x + 3.0f) * (1.0f / 6)));
    case HFM_EXPONENTIAL:
      *value = vexp(x);
      return *value;
    case HFM_RECIPROCAL:
      *value = 1.0f / x;
      return -*value * *value;
    case HFM_SINE:
      *value = vsine(x, 0);
      return vsine(x, 1);
    default:
      p = vtanh(x);
      *value = p;
      return 1.0f - p * p;
  }
}
