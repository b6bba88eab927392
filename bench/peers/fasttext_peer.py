"""fastText's Python module: python3 fasttext_peer.py classify SETTINGS; prints results as JSON on the last line."""
import json
import math
import os
import sys
import time

import fasttext


def classify(settings):
    """Microseconds of labelling one text, all labels with their scores: the middle call and the one in a hundred."""
    with open(os.path.join(settings['folder'], 'texts.txt'), encoding='utf-8') as lines:
        texts = [line.rstrip('\n') for line in lines]
    calls, values = settings['calls'], {}
    for kind in settings['kinds']:
        model = fasttext.load_model(os.path.join(settings['folder'], f'python-{kind}.bin'))
        times = []
        for turn in range(2 * calls):
            text = texts[turn % len(texts)]
            start = time.perf_counter()
            # The wrapper's own predict turns labels into NumPy arrays, which takes longer than labelling.
            model.f.predict(text + '\n', 4, 0.0, 'strict')
            if turn >= calls:
                times.append(1e6 * (time.perf_counter() - start))
        times.sort()
        for name, share in (('p50', 0.5), ('p99', 0.99)):
            values[f'{kind}: {name}'] = times[max(0, math.ceil(share * calls) - 1)]
    return values


if __name__ == '__main__':
    print(json.dumps({'classify': classify}[sys.argv[1]](json.loads(sys.argv[2]))))
