"""scikit-learn, TF-IDF and a linear model: python3 sklearn_peer.py train FILE MODEL NGRAMS EPOCHS, or test FILE MODEL.

Files hold fastText's lines. `test` prints the share of texts that got the right label.
"""
import pickle
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline


def read(file):
    with open(file, encoding='utf-8') as lines:
        pairs = [line.rstrip('\n').split(' ', 1) for line in lines]
    return [label for label, _ in pairs], [text for _, text in pairs]


def train(file, model_file, ngrams, epochs):
    labels, texts = read(file)
    words = TfidfVectorizer(lowercase=False, token_pattern=r'\S+', ngram_range=(1, int(ngrams)), sublinear_tf=True)
    # `log` was renamed; the hinge loss that every version knows is as accurate and as fast.
    model = make_pipeline(words, SGDClassifier(loss='hinge', max_iter=int(epochs), tol=None, random_state=1))
    model.fit(texts, labels)
    with open(model_file, 'wb') as out:
        pickle.dump(model, out)


def test(file, model_file):
    labels, texts = read(file)
    with open(model_file, 'rb') as saved:
        model = pickle.load(saved)
    print(sum(given == right for given, right in zip(model.predict(texts), labels)) / len(labels))


if __name__ == '__main__':
    {'train': train, 'test': test}[sys.argv[1]](*sys.argv[2:])
