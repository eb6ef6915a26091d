/** The offers held out to this agent, the nearest deadline first, and how they end. */
import { Refused, type Api } from "../live/api.ts";
import type { HubEvent, Offer, OfferEnd, Work } from "../live/types.ts";

export interface OfferNews {
  arrived(offer: Offer): void;
  /** It ended without us: taken by another, timed out, the customer left. */
  ended(offer: Offer, end: OfferEnd): void;
  accepted(work: Work): void;
}

export class Offers {
  #items = $state.raw<Offer[]>([]);
  /** Offers on which we have pressed and wait for the answer. */
  #busy = $state.raw<ReadonlySet<string>>(new Set());

  constructor(private readonly api: Pick<Api, "post">, private readonly news: OfferNews) {}

  get items(): readonly Offer[] {
    return this.#items;
  }

  get next(): Offer | null {
    return this.#items.find((offer) => !this.#busy.has(offer.id)) ?? null;
  }

  busy(id: string): boolean {
    return this.#busy.has(id);
  }

  reset(offers: Offer[]): void {
    const known = new Set(this.#items.map((offer) => offer.id));
    this.#items = inOrder(offers);
    for (const offer of this.#items) if (!known.has(offer.id)) this.news.arrived(offer);
  }

  apply(event: HubEvent): void {
    if (event.type === "offer.created") this.#arrive(event.data);
    if (event.type === "offer.ended") this.#end(event.data);
  }

  async accept(id: string): Promise<void> {
    await this.#press(id, async () => {
      const { work } = await this.api.post<{ work: Work }>(`/offers/${id}/accept`);
      this.#remove(id);
      this.news.accepted(work);
    });
  }

  async decline(id: string, reason: string): Promise<void> {
    await this.#press(id, async () => {
      await this.api.post(`/offers/${id}/decline`, { reason });
      this.#remove(id);
    });
  }

  #arrive(offer: Offer): void {
    if (this.#items.some((item) => item.id === offer.id)) return;
    this.#items = inOrder([...this.#items, offer]);
    this.news.arrived(offer);
  }

  #end(end: OfferEnd): void {
    const offer = this.#items.find((item) => item.id === end.id);
    if (!offer) return;
    this.#remove(end.id);
    if (!this.#busy.has(end.id)) this.news.ended(offer, end);
  }

  /** Runs what a press asks for. An offer that has ended meanwhile goes away; any other trouble leaves it there to press again. */
  async #press(id: string, act: () => Promise<void>): Promise<void> {
    if (this.#busy.has(id)) return;
    const offer = this.#items.find((item) => item.id === id);
    this.#busy = new Set([...this.#busy, id]);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refused && error.code === "offer_ended")) throw error;
      this.#remove(id);
      if (offer) this.news.ended(offer, { id, work: offer.work, outcome: "rescinded", by: null });
    } finally {
      this.#busy = new Set([...this.#busy].filter((other) => other !== id));
    }
  }

  #remove(id: string): void {
    this.#items = this.#items.filter((item) => item.id !== id);
  }
}

function inOrder(offers: Offer[]): Offer[] {
  return [...offers].sort((one, other) => one.expires_at.localeCompare(other.expires_at) || one.id.localeCompare(other.id));
}
