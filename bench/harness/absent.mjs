/** Thrown by a contestant that cannot take part here. No failure: the report names it with the reason. */
export class Absent extends Error {
  name = 'Absent';
}
