/** One node: how its value comes about, what it hands back, and how its own gradient adds up. */
import type { ComponentChildren } from 'preact';
import { Facts, Formula, Panel } from '../../components/index.js';
import { shapeOf, symbolTex, titleOf, valueTexOf } from './describe.js';
import { handedTex, localTex, valueTex } from './formulas.js';
import { localDerivatives } from './model.js';
import { t } from './text.js';
import { type Walk, walk } from './walk.js';

export function NodePanel() {
  const now = walk.value;
  if (now === undefined) return null;
  const { graph, node } = now;
  const { shape, value } = graph.trace.nodes[node]!;
  const sizes = value.shape.some((size, i) => size !== shape[i]) ? ` = ${shapeOf(value.shape)}` : '';
  return (
    <Panel title={`${t().node} ${titleOf(graph, node)}`}>
      <Facts
        of={[
          [t().shape, `${shapeOf(shape)}${sizes}`],
          ...(resultTex(now) === 'S' ? [['S', graph.resultName] as const] : []),
        ]}
      />
      <Part title={t().forward}>
        <Forward now={now} />
      </Part>
      <Part title={t().gradient}>
        <Gradient now={now} />
      </Part>
      {graph.order[node]!.inputs.length > 0 && (
        <Part title={t().backward}>
          <Backward now={now} />
        </Part>
      )}
    </Panel>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="graph-part">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

function Forward({ now }: { readonly now: Walk }) {
  const { graph, node: id, progress } = now;
  const node = graph.order[id]!;
  const y = symbolTex(graph, id);
  const { value } = graph.trace.nodes[id]!;
  if (node.inputs.length === 0) {
    return (
      <>
        <Formula display tex={`${y} = ${valueTexOf(value)}`} />
        <p class="muted small">{t().leaf}</p>
      </>
    );
  }
  const ids = inputsOf(now);
  const symbols = ids.map((input) => symbolTex(graph, input));
  const isKnown = progress.values.has(id);
  const numbers = ids.map((input) => valueTexOf(graph.trace.nodes[input]!.value));
  const isScalar = value.shape.length === 0 && node.inputs.every(({ rank }) => rank === 0);
  return (
    <>
      <Formula display tex={`${y} = ${valueTex(node, symbols)}`} />
      {!isKnown ? (
        <p class="muted small">{t().notYet}</p>
      ) : (
        <Formula
          display
          tex={isScalar ? `= ${valueTex(node, numbers)} = ${valueTexOf(value)}` : `= ${valueTexOf(value)}`}
        />
      )}
    </>
  );
}

function Gradient({ now }: { readonly now: Walk }) {
  const { graph, node: id, progress } = now;
  const { gradient } = graph.trace.nodes[id]!;
  if (gradient === undefined) return <p class="muted small">{t().noGradient}</p>;
  const name = gradientTex(now, id);
  const uses = graph.trace.edges.filter(({ from, contribution }) => from === id && contribution);
  const handed = uses.filter(({ to }) => progress.handed.has(to));
  const isKnown = progress.gradients.has(id);
  const terms = uses.map(({ to, contribution }) =>
    progress.handed.has(to) ? parenthesised(valueTexOf(contribution!)) : '{?}',
  );
  return (
    <>
      {uses.length > 1 && <p class="small">{t().usedTwice(uses.length)}</p>}
      {uses.length > 1 && handed.length > 0 ? (
        <Formula
          display
          tex={`${name} = ${terms.join(' + ')}${isKnown ? ` = ${valueTexOf(gradient)}` : ''}`}
        />
      ) : isKnown ? (
        <Formula display tex={`${name} = ${valueTexOf(gradient)}`} />
      ) : (
        <p class="muted small">{t().notYet}</p>
      )}
    </>
  );
}

/** What each input gets: upstream × local derivative, in symbols and in numbers. */
function Backward({ now }: { readonly now: Walk }) {
  const { graph, node: id, progress } = now;
  const node = graph.order[id]!;
  const ids = inputsOf(now);
  const symbols = ids.map((input) => symbolTex(graph, input));
  const y = symbolTex(graph, id);
  const upstream = gradientTex(now, id);
  const local = localTex(node, symbols, y);
  const handed = handedTex(node, symbols, y, upstream);
  const isKnown = progress.handed.has(id);
  const locals = isKnown ? localDerivatives(graph, id) : undefined;
  const edges = graph.trace.edges.filter(({ to }) => to === id);
  const rows = edges.flatMap(({ position, contribution }) => {
    if (contribution === undefined) return [];
    const to = `\\frac{\\partial ${resultTex(now)}}{\\partial ${symbols[position]}}`;
    const rule =
      handed?.[position] ??
      (local?.[position] === undefined ? undefined : `${upstream} \\cdot ${factor(local[position]!)}`);
    const upstreamValue = graph.trace.nodes[id]!.gradient!;
    const known = locals?.[position];
    const numbers =
      known === undefined || upstreamValue.shape.length > 0
        ? `= ${valueTexOf(contribution)}`
        : `= ${parenthesised(valueTexOf(upstreamValue), true)} \\cdot ${parenthesised(valueTexOf({ shape: [], values: [known] }))} = ${valueTexOf(contribution)}`;
    return [
      <div key={position} class="graph-handed">
        <Formula display tex={`${to} \\mathrel{+}= ${rule ?? '\\dots'}`} />
        {isKnown && <Formula display tex={numbers} />}
      </div>,
    ];
  });
  if (rows.length === 0) return <p class="muted small">{t().noGradient}</p>;
  return (
    <>
      {rows}
      {!isKnown && <p class="muted small">{t().notYet}</p>}
    </>
  );
}

function inputsOf({ graph, node }: Walk): number[] {
  return graph.trace.nodes[node]!.inputs.slice();
}

function resultTex({ graph }: Walk): string {
  const { loss } = graph.trace;
  const tex = symbolTex(graph, loss!);
  return tex.includes('frac') ? 'S' : tex;
}

function gradientTex(now: Walk, id: number): string {
  return `\\frac{\\partial ${resultTex(now)}}{\\partial ${symbolTex(now.graph, id)}}`;
}

function parenthesised(tex: string, isFirst = false): string {
  return tex.startsWith('-') && !isFirst ? `(${tex})` : tex;
}

/** Sums and negative numbers as a factor. */
function factor(tex: string): string {
  return /^-|[+]| - /.test(tex) && !/^\[[^\]]*\]$/.test(tex) ? `(${tex})` : tex;
}
