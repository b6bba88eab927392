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
    id: 'playground',
    title: { en: 'Network playground', zh: '网络游乐场' },
    about: {
      en: 'Any layers on points in the plane: what each unit sees, what each weight does, and how it learns.',
      zh: '任意层的网络学习平面上的点：每个单元看到什么，每个权重做什么，网络如何学习。',
    },
    load: () => import('./playground/Room.js'),
  },
  {
    id: 'graph',
    title: { en: 'Computation graph', zh: '计算图' },
    about: {
      en: 'An expression or a network as a graph: values forward, gradients backward, and the program made of it.',
      zh: '把表达式或网络看作计算图：前向求值，反向求梯度，以及由它编译出的程序。',
    },
    load: () => import('./graph/Room.js'),
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
    id: 'embeddings',
    title: { en: 'Embeddings', zh: '词向量' },
    about: {
      en: 'Words as points: which lie near each other, what b − a + c leads to, and two ways to flatten many dimensions.',
      zh: '把词画成点：哪些词彼此相近，b − a + c 通向何处，以及把高维压平的两种方法。',
    },
    load: () => import('./embeddings/Room.js'),
  },
  {
    id: 'runs',
    title: { en: 'Runs', zh: '训练记录' },
    about: {
      en: 'Training runs side by side, while they go on: curves, settings that differ, and what a search has found.',
      zh: '并排比较训练过程，训练中即可查看：曲线、不同的设置，以及超参数搜索的结果。',
    },
    load: () => import('./runs/Room.js'),
  },
  {
    id: 'models',
    title: { en: 'Models', zh: '模型' },
    about: {
      en: 'A model file from inside: configuration, every tensor with its histogram, the graph; and two of them compared.',
      zh: '模型文件的内部：配置、每个张量及其直方图、计算图；还可以比较两个模型。',
    },
    load: () => import('./models/Room.js'),
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
