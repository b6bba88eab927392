/** Why a text got its label: what each of its words contributed. */

/** A word of the text and what it did for or against the label. */
export interface WordContribution {
  readonly token: string;
  /** Its place in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Gradient × input, summed over the features that the word is part of: its first-order share of the label's logit. */
  readonly gradient: number;
  /** How much the label's logit falls when the word is left out. */
  readonly occlusion: number;
}

export interface Explanation {
  readonly text: string;
  /** The label that is explained. */
  readonly label: string;
  /** Its probability. */
  readonly score: number;
  /** Its logit, and what the logit is for a text without words. */
  readonly logit: number;
  readonly baseline: number;
  readonly words: readonly WordContribution[];
  /** Hand-built features: their values and gradient × input. */
  readonly features: readonly { readonly name: string; readonly value: number; readonly gradient: number }[];
}
