<?php
// For routes/web.php.

use Illuminate\Http\Request;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Str;

Route::middleware('auth')->group(function () {
    Route::get('/refer', function () {
        $nonce = Str::random(32);

        return response()->view('refer', ['nonce' => $nonce])->header('Content-Security-Policy', implode('; ', [
            "default-src 'none'",
            "script-src 'self' 'nonce-{$nonce}' 'wasm-unsafe-eval'",
            "connect-src 'self' https://api.plannrcrm.com",
        ]));
    });

    // As you keep it: the signed-in user's own token of Plannr, never one for all.
    Route::get('/plannr-token', fn (Request $request) => response($request->user()->plannr_token)
        ->header('Content-Type', 'text/plain')
        ->header('Cache-Control', 'no-store'))->name('plannr-token');
});
