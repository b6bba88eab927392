/** A model file taken apart: whatever it says of itself, its tensors, and its graph. */
import { FormatError } from 'lexigrad';
import { decodeModel, decodeSafetensors, type LoadedModel, type Tensor } from 'lexigrad/files';
import { decodeOnnx } from 'lexigrad/onnx';
import { graphOfModel, graphOfOnnxModel, type PlainGraph } from './graphs.js';
import { layOut } from './layout.js';
import { statisticsOf } from './statistics.js';
import type { Entries, Inspected, TensorSummary } from './tasks.js';

type Json = Readonly<Record<string, unknown>>;

/** More nodes than this are a picture of nothing. */
const MOST_NODES = 600;
const FIRST_WORDS = 40;
/** Longer lists in a configuration are told by their length. */
const LONGEST_LIST = 12;
const LONGEST_TEXT = 200;
/** Parts of a configuration that have panels of their own. */
const SHOWN_ELSEWHERE = ['vocabulary', 'record', 'labels', 'history', 'tokens', 'counts'];

export interface Opened {
  readonly inspected: Inspected;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** @throws FormatError that says what the file is, or where it is damaged */
export function openModel(name: string, bytes: Uint8Array): Opened {
  if (looksLikeOnnx(bytes)) return openOnnx(name, bytes);
  if (isSafetensors(bytes)) {
    const { tensors, metadata } = decodeSafetensors(bytes, name);
    if (metadata.get('format') !== 'lexigrad') return openPlain(name, bytes, tensors, metadata);
  }
  return openLexigrad(name, bytes);
}

function openLexigrad(name: string, bytes: Uint8Array): Opened {
  const content = decodeModel(bytes, name);
  const config = asObject(content.config);
  const { drawing, undrawn } = draw(() => graphOfModel(content, name));
  return {
    tensors: content.tensors,
    inspected: {
      ...{ file: name, bytes: bytes.length, format: 'lexigrad', kind: content.kind },
      facts: { savedBy: `lexigrad ${content.version}` },
      ...describe(config),
      tensors: summarize(content.tensors, content.packed),
      ...{ drawing, undrawn },
    },
  };
}

function openPlain(
  name: string,
  bytes: Uint8Array,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string>,
): Opened {
  return {
    tensors,
    inspected: {
      ...{ file: name, bytes: bytes.length, format: 'safetensors', kind: metadata.get('kind') },
      ...ofMetadata(metadata),
      tensors: summarize(tensors),
      ...{ drawing: undefined, undrawn: undefined },
    },
  };
}

function openOnnx(name: string, bytes: Uint8Array): Opened {
  const model = decodeOnnx(bytes, name);
  const { graph, producer, producerVersion, description, irVersion, opset, metadata } = model;
  const { drawing, undrawn } = draw(() => graphOfOnnxModel(model));
  const described = ofMetadata(metadata);
  const facts = {
    producer: `${producer} ${producerVersion}`.trim(),
    opset,
    irVersion,
    graph: graph.name,
    description,
  };
  return {
    tensors: graph.initializers,
    inspected: {
      ...{ file: name, bytes: bytes.length, format: 'onnx', kind: metadata.get('kind') },
      ...described,
      facts: { ...withoutEmpty(facts), ...described.facts },
      tensors: summarize(graph.initializers),
      ...{ drawing, undrawn },
    },
  };
}

/** ONNX begins with its version, a small number after the tag of field 1. */
function looksLikeOnnx([tag, version, next]: Uint8Array): boolean {
  return tag === 0x08 && version! > 0 && version! < 0x20 && next !== 0x00;
}

/** The length of a header, eight bytes of which the upper ones are zero, and `{`. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}

function draw(make: () => PlainGraph | undefined): Pick<Inspected, 'drawing' | 'undrawn'> {
  try {
    const graph = make();
    if (graph === undefined) return { drawing: undefined, undrawn: undefined };
    if (graph.nodes.length > MOST_NODES) {
      throw new FormatError(`the graph has ${graph.nodes.length} nodes; up to ${MOST_NODES} are drawn`);
    }
    return { drawing: layOut(graph), undrawn: undefined };
  } catch (error) {
    return { drawing: undefined, undrawn: (error as Error).message };
  }
}

function summarize(
  tensors: ReadonlyMap<string, Tensor>,
  packed: LoadedModel['packed'] = undefined,
): TensorSummary[] {
  return [...tensors].map(([name, tensor]) => ({
    name,
    type: packed?.get(name)?.kind ?? tensor.dtype,
    shape: tensor.shape,
    count: tensor.data.length,
    statistics: statisticsOf(tensor),
  }));
}

// ——— what it says of itself ———

type Described = Pick<Inspected, 'config' | 'record' | 'labels' | 'vocabulary'>;

function describe(config: Json): Described {
  const parts = Object.values(config).map(asObject);
  const labels = [config, ...parts].map((part) => part.labels).find(isTexts);
  const vocabulary = asObject(config.vocabulary);
  const tokens = [vocabulary.tokens, config.vocabulary, config.tokens].find(isTexts);
  const counts = Array.isArray(vocabulary.counts) ? (vocabulary.counts as readonly unknown[]) : [];
  const { history: _, ...record } = asObject(config.record);
  return {
    labels,
    vocabulary:
      tokens === undefined
        ? undefined
        : {
            size: tokens.length,
            first: tokens
              .slice(0, FIRST_WORDS)
              .map((word, i) => [word, typeof counts[i] === 'number' ? counts[i] : undefined] as const),
          },
    config: flatten(config, ''),
    record: flatten(record, ''),
  };
}

function ofMetadata(metadata: ReadonlyMap<string, string>): Described & Pick<Inspected, 'facts'> {
  const facts: Record<string, string> = {};
  let config: Json = {};
  for (const [key, value] of metadata) {
    const parsed = parse(value);
    if (key === 'config') config = { ...config, ...asObject(parsed) };
    else if (typeof parsed === 'object') config = { ...config, [key]: parsed };
    else facts[key] = value.slice(0, LONGEST_TEXT);
  }
  return { ...describe(config), facts };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

/** `{ network: { hidden: [8] } }` → `{ 'network.hidden': '8' }` */
function flatten(value: Json, prefix: string): Entries {
  const entries: Record<string, string | number | boolean> = {};
  for (const [key, item] of Object.entries(value)) {
    if (SHOWN_ELSEWHERE.includes(key)) continue;
    const name = `${prefix}${key}`;
    if (Array.isArray(item)) entries[name] = listText(item);
    else if (typeof item === 'object' && item !== null)
      Object.assign(entries, flatten(item as Json, `${name}.`));
    else if (typeof item === 'string') entries[name] = item.slice(0, LONGEST_TEXT);
    else if (typeof item === 'number' || typeof item === 'boolean') entries[name] = item;
  }
  return entries;
}

function listText(list: readonly unknown[]): string {
  const isPlain = list.every((item) => typeof item !== 'object');
  return isPlain && list.length <= LONGEST_LIST ? `[${list.join(', ')}]` : `[… ${list.length}]`;
}

function withoutEmpty(facts: Readonly<Record<string, string | number>>): Entries {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ''));
}
