import { Fragment } from 'preact';
import { Message } from './Message.js';

export interface PresetOption<Name extends string> {
  readonly name: Name;
  readonly title: string;
  /** Those that fail are drawn with dashes. */
  readonly works: boolean;
  /** Why it works or fails, in a sentence that stands below once it is chosen. */
  readonly why: string;
}

/** Settings to choose from, in two rows: those that work, and those that fail for a reason. */
export function Presets<Name extends string>(props: {
  readonly label: string;
  /** What stands before each row. */
  readonly worksLabel: string;
  readonly failsLabel: string;
  readonly options: readonly PresetOption<Name>[];
  /** The one that is set; undefined where the settings are somebody's own. */
  readonly present: Name | undefined;
  readonly onChoose: (name: Name) => void;
}) {
  const { label, worksLabel, failsLabel, options, present, onChoose } = props;
  const chosen = options.find(({ name }) => name === present);
  return (
    <>
      <div class="presets" role="radiogroup" aria-label={label}>
        {[true, false].map((row) => (
          <Fragment key={row}>
            <span class="small muted">{row ? worksLabel : failsLabel}</span>
            <div class="row">
              {options
                .filter(({ works }) => works === row)
                .map(({ name, title, works }) => (
                  <label key={name} class={works ? 'preset' : 'preset fails'}>
                    <input
                      class="cover"
                      type="radio"
                      name={label}
                      checked={name === present}
                      onChange={() => onChoose(name)}
                    />
                    {title}
                  </label>
                ))}
            </div>
          </Fragment>
        ))}
      </div>
      {chosen && <Message kind={chosen.works ? 'info' : 'warning'}>{chosen.why}</Message>}
    </>
  );
}
