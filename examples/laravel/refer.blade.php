{{-- resources/views/refer.blade.php. The package's folder `hosted` is in public/referral-connect. --}}
<!doctype html>
<html lang="{{ str_replace('_', '-', app()->getLocale()) }}">
  <head>
    <meta charset="utf-8">
    <title>Clients</title>
    <script type="module" src="{{ asset('referral-connect/referral-connect.js') }}"></script>
    <script type="module" nonce="{{ $nonce }}">
      const element = document.querySelector("referral-connect");
      element.getAccessToken = async () => (await fetch(@json(route('plannr-token')))).text();
      element.addEventListener("referral-sent", ({ detail }) => {
        document.querySelector("#told").textContent = `Sent: ${detail.connection?.uuid}`;
      });
    </script>
  </head>
  <body>
    <h1>Refer a client</h1>
    <referral-connect account-uuid="{{ auth()->user()->plannr_account_uuid }}"></referral-connect>
    <p id="told"></p>
  </body>
</html>
