const [INTERRUPT, END, BACKSPACE, NEWLINE, RETURN, DELETE] = [0x03, 0x04, 0x08, 0x0a, 0x0d, 0x7f] as const;

/** Input ended before the question was answered. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Whoever sits at the command line: questions go to standard error, answers come from standard input, from a keyboard or a pipe.
 * What is typed as a secret is not shown and never becomes text.
 */
export class Terminal {
  readonly #input = process.stdin;
  #bytes = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  constructor() {
    this.#input.on('data', (chunk: Buffer) => {
      const longer = Buffer.concat([this.#bytes, chunk]);
      this.#bytes.fill(0);
      chunk.fill(0);
      this.#bytes = longer;
      this.#wake();
    });
    this.#input.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#input.pause();
  }

  /** Whether a person is there to be asked again. */
  get isKeyboard(): boolean {
    return this.#input.isTTY === true;
  }

  /** Says something to whoever is there, a line. */
  say(words = ''): void {
    process.stderr.write(`${words}\n`);
  }

  /** @returns the answer without the blanks around it. @throws NoAnswerError */
  async ask(question: string): Promise<string> {
    process.stderr.write(`${question} `);
    const line = await this.#line(() => undefined);
    return line.toString('utf8').trim();
  }

  /**
   * Asks for what nobody else is to see: of a keyboard only a dot per character is shown, in groups of four.
   * @returns its bytes, to be zeroed by the caller
   * @throws NoAnswerError
   */
  async askSecret(question: string): Promise<Buffer> {
    process.stderr.write(`${question} `);
    if (!this.isKeyboard) return this.#line(() => undefined);
    this.#input.setRawMode(true);
    try {
      return await this.#line((length) => process.stderr.write(length % 4 === 0 ? '· ' : '·'));
    } finally {
      this.#input.setRawMode(false);
      process.stderr.write('\n');
    }
  }

  /** Shows a secret until Enter is pressed, then clears the screen and what was scrolled off it. @param text ASCII, zeroed here */
  async show(text: Buffer, question: string): Promise<void> {
    await new Promise<void>((written) => process.stdout.write(text, () => written()));
    text.fill(0);
    await this.ask(question);
    if (process.stdout.isTTY) process.stdout.write('\x1b[H\x1b[2J\x1b[3J');
  }

  /** Lets the process end although standard input is open. */
  close(): void {
    this.#bytes.fill(0);
    this.#input.pause();
    this.#input.removeAllListeners('data');
    this.#input.unref?.();
  }

  async #line(typed: (length: number) => unknown): Promise<Buffer> {
    const line = Buffer.alloc(4096);
    let length = 0;
    for (;;) {
      const byte = await this.#byte();
      if (byte === INTERRUPT) {
        line.fill(0);
        if (this.isKeyboard) this.#input.setRawMode(false);
        process.exit(130);
      }
      const ended = byte === undefined || (byte === END && this.isKeyboard);
      if (ended && length === 0) throw new NoAnswerError('There was no answer, so nothing more was done.');
      if (ended || byte === NEWLINE || byte === RETURN) break;
      if (byte === BACKSPACE || byte === DELETE) {
        if (length > 0) line[--length] = 0;
      } else if (length < line.length) {
        line[length++] = byte;
        typed(length);
      }
    }
    const answer = Buffer.from(line.subarray(0, length));
    line.fill(0);
    return answer;
  }

  async #byte(): Promise<number | undefined> {
    while (this.#bytes.length === 0) {
      if (this.#ended) return undefined;
      const more = new Promise<void>((wake) => (this.#wake = wake));
      this.#input.resume();
      await more;
    }
    this.#input.pause();
    const byte = this.#bytes[0];
    this.#bytes[0] = 0;
    this.#bytes = this.#bytes.subarray(1);
    return byte;
  }
}
