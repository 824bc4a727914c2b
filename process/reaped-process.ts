/** A process that was ended because nobody waited for it any more. */
export interface ReapedProcess {
  readonly pid: number;
  /** Its command line, bounded. */
  readonly command: string;
}
