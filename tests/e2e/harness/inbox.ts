/** What a bot has received, taken one by one by the test. */
export class Inbox<T> {
  readonly #arrived: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  put(item: T): void {
    const waiter = this.#waiting.shift();
    if (waiter) waiter(item);
    else this.#arrived.push(item);
  }

  next(): Promise<T> {
    const [item] = this.#arrived.splice(0, 1);
    return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item);
  }
}
