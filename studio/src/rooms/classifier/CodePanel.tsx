/** The training of this room as it would be written elsewhere. */
import { Panel } from '../../components/index.js';
import { Snippet } from '../../text-models/Snippet.js';
import { asCommand, asTypeScript } from './code.js';
import { data } from './model.js';
import { state, trainingOptions } from './state.js';
import { t } from './text.js';

export function CodePanel() {
  const source = {
    file: data.value?.source.name ?? 'messages.csv',
    textColumn: state.textColumn.value,
    labelColumn: state.labelColumn.value,
  };
  const options = trainingOptions();
  return (
    <Panel title={t().code}>
      <Snippet title={t().command} code={asCommand(source, options)} />
      <Snippet title={t().typescript} code={asTypeScript(source, options)} />
    </Panel>
  );
}
