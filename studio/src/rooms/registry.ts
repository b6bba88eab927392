/** All rooms, in the order of the navigation. A room is one line here and a folder beside this file. */
import type { FunctionComponent } from 'preact';
import type { Language } from '../text/language.js';

/** A text in every language. */
type Named = Readonly<Record<Language, string>>;

export interface RoomEntry {
  /** In the address: `#/units`. */
  readonly id: string;
  readonly title: Named;
  /** What is to be seen there, in one sentence. */
  readonly about: Named;
  /** Fetches the room; its module's default export is the component. */
  readonly load: () => Promise<{ readonly default: FunctionComponent }>;
}

export const rooms: readonly RoomEntry[] = [
  {
    id: 'units',
    title: { en: 'Units', zh: '神经单元' },
    about: {
      en: 'One unit, from weights to output; where it saturates, and how gradients fade in a chain.',
      zh: '单个神经单元：从权重到输出，何处饱和，梯度如何在链条中衰减。',
    },
    load: () => import('./units/Room.js'),
  },
  {
    id: 'perceptron',
    title: { en: 'Perceptron and XOR', zh: '感知机与异或' },
    about: {
      en: 'A line that learns from its mistakes, the problem no line can solve, and two layers that do.',
      zh: '一条从错误中学习的直线，一个直线解不了的问题，以及能解它的两层网络。',
    },
    load: () => import('./perceptron/Room.js'),
  },
  {
    id: 'classifier',
    title: { en: 'Classifier', zh: '文本分类' },
    about: {
      en: 'Train a text classifier on your own data, see where it errs, and which words make it say what it says.',
      zh: '用自己的数据训练文本分类器，看它在哪里出错，以及哪些词决定了它的回答。',
    },
    load: () => import('./classifier/Room.js'),
  },
  {
    id: 'language-model',
    title: { en: 'Language model', zh: '语言模型' },
    about: {
      en: 'Train a neural language model and watch it expect the next word, word for word, beside counted n-grams.',
      zh: '训练神经语言模型，看它逐词预期下一个词，并与计数的 n 元模型对照。',
    },
    load: () => import('./language-model/Room.js'),
  },
  {
    id: 'engine',
    title: { en: 'This browser', zh: '本浏览器' },
    about: {
      en: 'What computes here: engine, threads, speed; and whether training gives the same bits on all of them.',
      zh: '这里用什么来计算：引擎、线程、速度，以及各种设置下训练结果是否逐位相同。',
    },
    load: () => import('./engine/Room.js'),
  },
];
