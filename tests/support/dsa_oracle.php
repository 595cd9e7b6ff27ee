<?php
/*
 * Asks the Commission's own rule class what it thinks of statements of reasons: one JSON object a line in, one line
 * of JSON out: {"ok": true} or {"ok": false, "fields": [...]}. Needs a checkout of the transparency database's sources (argument 1)
 * and Debian's php-illuminate-validation. Of the framework only what the class touches stands here, as stubs of ours.
 */
namespace Illuminate\Database\Eloquent\Factories { trait HasFactory {} }
namespace Illuminate\Database\Eloquent { class Model {} trait SoftDeletes {} }
namespace Illuminate\Foundation\Http {
    class FormRequest
    {
        public array $payload = [];

        public function get(string $key, mixed $default = null): mixed
        {
            return $this->payload[$key] ?? $default;
        }
    }
}
namespace {
    error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);
    foreach (['Validation', 'Translation', 'Http'] as $part) {
        require_once "/usr/share/php/Illuminate/$part/autoload.php";
    }
    $root = rtrim($argv[1], '/');
    foreach (['Models/Statement', 'Services/EuropeanCountriesService', 'Services/EuropeanLanguagesService', 'Http/Requests/StatementStoreRequest'] as $file) {
        require_once "$root/app/$file.php";
    }
    \Illuminate\Validation\Rule::macro('excludeIf', fn ($condition) => $condition ? 'exclude' : '');
    $factory = new \Illuminate\Validation\Factory(
        new \Illuminate\Translation\Translator(new \Illuminate\Translation\ArrayLoader(), 'en')
    );
    while (($line = fgets(STDIN)) !== false) {
        $request = new \App\Http\Requests\StatementStoreRequest();
        $request->payload = json_decode($line, true, 64, JSON_THROW_ON_ERROR);
        try {
            $validator = $factory->make($request->payload, $request->rules());
            $answer = $validator->fails() ? ['ok' => false, 'fields' => $validator->errors()->keys()] : ['ok' => true];
        } catch (\Throwable $error) {
            $answer = ['ok' => false, 'fields' => [], 'error' => $error->getMessage()];
        }
        fwrite(STDOUT, json_encode($answer) . "\n");
        fflush(STDOUT);
    }
}
