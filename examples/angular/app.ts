import { Component, CUSTOM_ELEMENTS_SCHEMA, signal } from "@angular/core";
import type { Connection, ReferralConnectEvents } from "@plannr/referral-connect";

@Component({
  selector: "app-root",
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <h1>Refer a client</h1>
    <referral-connect
      account-uuid="be1403f4-9cdc-4904-9bd7-63d2619a01c6"
      [getAccessToken]="getAccessToken"
      (referral-sent)="onSent($event)"
    />
    @if (sent(); as connection) {
      <p id="told">Sent: {{ connection.uuid }}</p>
    }
  `,
})
export class App {
  sent = signal<Connection | null>(null);
  getAccessToken = async () => (await fetch("/plannr-token")).text();

  onSent({ detail }: ReferralConnectEvents["referral-sent"]) {
    this.sent.set(detail.connection);
  }
}
