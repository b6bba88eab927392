/** How the activations and their derivatives are called and written (TeX). */
import type { Activation } from 'lexigrad/nn';

interface Formulas {
  readonly name: string;
  readonly f: string;
  readonly derivative: string;
}

export const activations: Readonly<Record<Activation, Formulas>> = {
  linear: { name: 'linear', f: 'f(z) = z', derivative: "f'(z) = 1" },
  sigmoid: {
    name: 'sigmoid σ',
    f: '\\sigma(z) = \\dfrac{1}{1 + e^{-z}}',
    derivative: "\\sigma'(z) = \\sigma(z)\\,(1 - \\sigma(z))",
  },
  tanh: {
    name: 'tanh',
    f: '\\tanh z = \\dfrac{e^{z} - e^{-z}}{e^{z} + e^{-z}}',
    derivative: "\\tanh'(z) = 1 - \\tanh^2 z",
  },
  relu: { name: 'ReLU', f: 'f(z) = \\max(z, 0)', derivative: "f'(z) = [\\,z > 0\\,]" },
  leakyRelu: {
    name: 'leaky ReLU',
    f: 'f(z) = \\begin{cases} z & z > 0 \\\\ 0.01\\,z & \\text{else} \\end{cases}',
    derivative: "f'(z) = \\begin{cases} 1 & z > 0 \\\\ 0.01 & \\text{else} \\end{cases}",
  },
  gelu: {
    name: 'GELU',
    f: 'f(z) = \\tfrac12 z\\,(1 + \\tanh u),\\; u = \\sqrt{\\tfrac2\\pi}\\,(z + 0.044715\\,z^3)',
    derivative: "f'(z) = \\tfrac12 (1 + \\tanh u) + \\tfrac12 z\\,(1 - \\tanh^2 u)\\,u'",
  },
  silu: {
    name: 'SiLU',
    f: 'f(z) = z\\,\\sigma(z)',
    derivative: "f'(z) = \\sigma(z) + f(z)\\,(1 - \\sigma(z))",
  },
  softplus: { name: 'softplus', f: 'f(z) = \\ln(1 + e^{z})', derivative: "f'(z) = \\sigma(z)" },
  step: { name: 'step', f: 'f(z) = [\\,z > 0\\,]', derivative: "f'(z) = 0" },
};
