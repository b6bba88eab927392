"""PyTorch: python3 torch_peer.py gemm|lm-step|xor-step|next-word SETTINGS; prints results as JSON on the last line.

Threads come from OMP_NUM_THREADS. Two thread pools that both spin (PyTorch's and a pthread OpenBLAS's) would fight for the
cores; where that OpenBLAS is found, waiting threads are told to sleep, which is as fast as the OpenMP build.
"""
import glob
import json
import math
import os
import sys
import time

if any('pthread' in os.path.realpath(path) for path in glob.glob('/usr/lib/*/libblas.so.3')):
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')

import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', '1')))
torch.manual_seed(1)


def microseconds(call, milliseconds):
    """Microseconds of one call; a quarter of the time is warm-up."""
    for limit in (milliseconds / 4000, milliseconds / 1000):
        calls, start = 0, time.perf_counter()
        while True:
            call()
            calls += 1
            passed = time.perf_counter() - start
            if passed >= limit:
                break
    return 1e6 * passed / calls


def gemm(settings):
    values = {}
    for each in settings['products']:
        m, n, k = each['m'], each['n'], each['k']
        a = torch.rand(k, m).t() if each['transposeA'] else torch.rand(m, k)
        b = torch.rand(n, k).t() if each['transposeB'] else torch.rand(k, n)
        out = torch.empty(m, n)
        time_ = microseconds(lambda: torch.mm(a, b, out=out), settings['milliseconds'])
        values[each['id']] = 2 * m * n * k / time_ / 1000
    return values


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, context, dimension, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dimension)
        self.hidden = nn.Linear(context * dimension, hidden)
        self.output = nn.Linear(hidden, vocabulary)

    def forward(self, ids):
        return self.output(torch.tanh(self.hidden(self.embedding(ids).flatten(1))))


def model_of(settings):
    return LanguageModel(*(settings[name] for name in ('vocabulary', 'context', 'dimension', 'hidden')))


def word_ids(shape, vocabulary):
    """Word ids about as frequent as in a text: the k-th with a probability near 1 / k."""
    ids = torch.exp(torch.rand(shape) * math.log(vocabulary)).long() - 1
    return ids.clamp(0, vocabulary - 1)


def lm_step(settings):
    values = {}
    for each in settings['steps']:
        model = model_of(settings)
        rate = settings['learningRates'][each['optimizer']]
        rule = {'sgd': torch.optim.SGD, 'adam': torch.optim.Adam}[each['optimizer']]
        optimizer = rule(model.parameters(), lr=rate)
        batch, vocabulary = each['batch'], settings['vocabulary']
        batches = [
            (word_ids((batch, settings['context']), vocabulary), word_ids((batch,), vocabulary)) for _ in range(16)
        ]
        turn = 0

        def step():
            nonlocal turn
            ids, target = batches[turn % len(batches)]
            turn += 1
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(ids), target).backward()
            optimizer.step()

        values[each['id']] = 1e6 * batch / microseconds(step, settings['milliseconds'])
    return values


def xor_step(settings):
    model = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])

    def step():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
        optimizer.step()

    return {settings['id']: microseconds(step, settings['milliseconds'])}


def next_word(settings):
    model = model_of(settings).eval()
    calls, times = settings['calls'], []
    contexts = word_ids((calls, 1, settings['context']), settings['vocabulary'])
    with torch.inference_mode():
        for turn in range(2 * calls):
            start = time.perf_counter()
            best = torch.topk(torch.softmax(model(contexts[turn % calls]), 1), settings['top'])
            best.indices.tolist(), best.values.tolist()
            if turn >= calls:
                times.append(1e6 * (time.perf_counter() - start))
    times.sort()
    return {name: times[max(0, math.ceil(share * calls) - 1)] for name, share in (('p50', 0.5), ('p99', 0.99))}


WORKLOADS = {'gemm': gemm, 'lm-step': lm_step, 'xor-step': xor_step, 'next-word': next_word}

if __name__ == '__main__':
    print(json.dumps(WORKLOADS[sys.argv[1]](json.loads(sys.argv[2]))))
