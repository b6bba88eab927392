/** The training of this room as it would be written elsewhere. */
import { Panel } from '../../components/index.js';
import { Snippet } from '../../text-models/Snippet.js';
import { asCommands, asTypeScript } from './code.js';
import { holder, opened } from './model.js';
import { state, trainingOptions } from './state.js';
import { t } from './text.js';

export function CodePanel() {
  const source = opened.value?.source;
  const file = source?.kind === 'lines' ? source.name : 'text.txt';
  const pretrained = state.pretrained.value ? holder.model.value?.file.name : undefined;
  const options = trainingOptions();
  return (
    <Panel title={t().code}>
      <Snippet title={t().command} code={asCommands(file, options, pretrained)} />
      <Snippet title={t().typescript} code={asTypeScript(file, options, pretrained)} />
    </Panel>
  );
}
