import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string) => void;
}

/** A labeled select. Hidden if there is nothing to choose. */
export function Select({ label, value, choices, onChange }: SelectProps): JSX.Element | null {
  const id = useId();
  if (choices.length < 2) return null;
  return (
    <span class="control">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </span>
  );
}

interface PickProps extends SelectProps {
  readonly placeholder: string;
}

/** Above this number of choices, typing a name is easier than finding it in a list. */
const MANY = 60;

/** A labeled choice among many names: a text field with suggestions if there are very many. */
export function Pick(props: PickProps): JSX.Element | null {
  const { label, value, choices, onChange, placeholder } = props;
  const id = useId();
  if (choices.length <= MANY) return <Select {...props} />;
  return (
    <span class="control">
      <label for={id}>{label}</label>
      <input
        id={id}
        list={`${id}-names`}
        defaultValue={value}
        key={value}
        placeholder={placeholder}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          if (choices.some((choice) => choice.value === typed)) onChange(typed);
        }}
      />
      <datalist id={`${id}-names`}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} />
        ))}
      </datalist>
    </span>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly description?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A section of the page with its heading, a description and actions. */
export function Section({ id, title, description, actions, children }: SectionProps): JSX.Element {
  return (
    <section id={id} aria-labelledby={`${id}-title`} class="part">
      <div class="part-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {description !== undefined && <p class="about">{description}</p>}
      {children}
    </section>
  );
}
