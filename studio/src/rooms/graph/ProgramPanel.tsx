/** The program that the graph becomes: compiled and run here, reported in its own words. */
import { referenceEngine } from 'lexigrad/engine';
import { backward, topologicalOrder } from 'lexigrad/graph';
import { Optimizer } from 'lexigrad/optim';
import { type StepReport, Workspace } from 'lexigrad/program';
import { useMemo } from 'preact/hooks';
import { DataTable, Facts, Message, messageOf, Panel, Segments } from '../../components/index.js';
import { count } from '../../text/format.js';
import { type Outcome, parametersOf, type Shown, shown } from './model.js';
import { type programs, state } from './state.js';
import { t } from './text.js';

type Kind = (typeof programs)[number];

interface Compiled {
  readonly operations: number;
  readonly report: readonly StepReport[];
  /** The last line of the program's own description: totals and memory. */
  readonly summary: string;
}

export function ProgramPanel() {
  const graph = 'ok' in shown.value ? shown.value.ok : undefined;
  const kind = state.program.value;
  const compiled = useMemo(() => graph && compile(graph, kind), [graph, kind]);
  if (graph === undefined || compiled === undefined) return null;
  const canTrain = parametersOf(graph).length > 0;
  return (
    <Panel title={t().program}>
      <p class="muted small">{t().programAbout}</p>
      <div class="row">
        <Segments
          label={t().programOf}
          value={!canTrain && kind === 'step' ? 'gradients' : kind}
          onChange={(next) => {
            state.program.value = next;
          }}
          options={[
            ['value', t().onlyValue],
            ['gradients', t().withGradients],
            ...(canTrain ? [['step', t().trainingStep] as const] : []),
          ]}
        />
      </div>
      {'error' in compiled ? <Message kind="error">{compiled.error}</Message> : <Report of={compiled.ok} />}
    </Panel>
  );
}

/** Compiles for the reference engine, as for any other, and runs it once, so that all sizes are known. */
function compile(graph: Shown, kind: Kind): Outcome<Compiled> {
  try {
    const { result, leaves, feeds } = graph;
    const parameters = parametersOf(graph);
    const trains = kind === 'step' && parameters.length > 0;
    const wrt = trains ? parameters : kind === 'value' ? [] : Object.values(leaves);
    const gradients = backward(result, wrt);
    const optimizer = new Optimizer({ kind: 'sgd', learningRate: 0.1 });
    const shown = Object.fromEntries(gradients.map((gradient, i) => [`gradient${i}`, gradient]));
    const program = new Workspace(referenceEngine).compile({
      outputs: { result, ...(trains ? {} : shown) },
      updates: trains ? optimizer.updates(parameters, gradients) : [],
    });
    const needed = new Set(program.inputs.map(({ name }) => name));
    const all = { ...feeds, ...optimizer.feeds(1) };
    program.run(Object.fromEntries(Object.entries(all).filter(([name]) => needed.has(name))));
    const nodes = topologicalOrder([result, ...gradients]);
    return {
      ok: {
        operations: nodes.filter(({ inputs }) => inputs.length > 0).length,
        report: program.report(),
        summary: program.describe().split('\n').at(-1)!,
      },
    };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function Report({ of: { operations, report, summary } }: { readonly of: Compiled }) {
  return (
    <>
      <Facts
        of={[
          [t().became, `${operations} → ${report.length}`],
          [t().fusedKernels, fusedIn(report)],
          [t().inWords, summary],
        ]}
      />
      <DataTable
        title={t().kernels}
        fileName="lexigrad-program"
        rows={report}
        columns={[
          { title: t().kernel, value: ({ kernel }) => kernel },
          { title: t().operation, value: ({ label }) => label },
          { title: t().shape, value: ({ shape }) => shape },
          { title: t().flops, value: ({ flops }) => flops, show: ({ flops }) => count(flops), number: true },
          { title: t().bytes, value: ({ bytes }) => bytes, show: ({ bytes }) => count(bytes), number: true },
        ]}
      />
    </>
  );
}

/** Operations that only the compiler makes, with what each joins. */
function fusedIn(report: readonly StepReport[]) {
  const what: Readonly<Record<string, string>> = {
    affine: t().affine,
    bag: t().bag,
    sigmoidGradient: t().slopes,
    tanhGradient: t().slopes,
    reluGradient: t().slopes,
    crossEntropyGradient: t().difference,
  };
  const names = [...new Set(report.map(({ label }) => label))].filter((label) => Object.hasOwn(what, label));
  return names.length === 0
    ? t().noneFused
    : names.map((name) => <div key={name}>{t().fused(name, what[name]!)}</div>);
}
