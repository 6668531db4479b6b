using System.Text.Json;
using ManualVae.Tools.Serve;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

[Collection(nameof(CommandLine))]
public sealed class ServeContractTests(ServedRuns runs) : IClassFixture<ServedRuns>, IAsyncLifetime
{
    private Service _service = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _service = await runs.Start();
        _client = _service.Client();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData("vae")]
    [InlineData("ease")]
    public async Task Lists_are_those_of_the_command_line_to_the_bit(string run)
    {
        foreach (string user in new[] { "1", "18", "40" })
            Same(CommandLine.Run("recommend", "--run", runs[run], "--user", user, "--top", "7", "--json"), "recommendations",
                await _client.Post("/recommend", new { model = run, user, top = 7 }));
        foreach (string[] items in new string[][] { ["2"], ["1", "3", "5"], ["20", "nobody knows"] })
            Same(CommandLine.Run(["recommend", "--run", runs[run], "--items", string.Join(',', items), "--json"]),
                "recommendations", await _client.Post("/recommend", new { model = run, items }));
        Same(CommandLine.Run("similar", "--run", runs[run], "--item", "4", "--json"), "similar",
            await _client.Post("/similar", new { model = run, item = "4" }));

        static void Same(CommandResult command, string list, Answer answer)
        {
            Assert.Equal(200, answer.Status);
            Assert.Equal(Rows(command.Succeeded().Json, list, "item"), Rows(answer.Json, "items", "id"));
        }

        static (string?, string?, double)[] Rows(JsonElement document, string list, string id) =>
            [.. document.GetProperty(list).EnumerateArray().Select(item => (item.GetProperty(id).GetString(),
                item.GetProperty("title").GetString(), item.GetProperty("score").GetDouble()))];
    }

    [Fact]
    public async Task Eight_threads_get_the_answers_that_one_gets()
    {
        string[] bodies = [.. Enumerable.Range(1, 40).Select(user => $$"""{"user": {{user}}, "top": {{1 + user % 3}}}""")];
        var expected = new List<string>();
        foreach (string body in bodies) expected.Add((await _client.Post("/recommend", body)).Json.ToString());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                int which = (i * 7 + thread * 5) % bodies.Length;
                Assert.Equal(expected[which], (await _client.Post("/recommend", bodies[which])).Json.ToString());
            }
        })));
    }

    [Fact]
    public async Task A_batch_is_answered_in_order_and_an_unknown_user_is_an_error_in_its_place()
    {
        var answer = await _client.Post("/recommend/batch",
            """{"queries": [{"user": "2", "top": 3}, {"user": "nobody"}, {"items": ["2", "4"], "top": 5}]}""");
        var answers = answer.Json.GetProperty("answers");
        Assert.Equal((200, 3), (answer.Status, answers.GetArrayLength()));
        Assert.Equal((await _client.Post("/recommend", """{"user": "2", "top": 3}""")).Json.ToString(), answers[0].ToString());
        Assert.Equal(404, answers[1].GetProperty("status").GetInt32());
        Assert.Contains("No user nobody among the 40", answers[1].GetProperty("error").GetString());
        Assert.Equal((await _client.Post("/recommend", """{"items": [2, 4], "top": 5}""")).Json.ToString(),
            answers[2].ToString());
        Assert.Equal(404, (await _client.Post("/recommend/batch", """{"model": "x", "queries": []}""")).Status);
        answer = await _client.Post("/recommend/batch", """{"queries": []}""");
        Assert.Equal(0, answer.Json.GetProperty("answers").GetArrayLength());
        Assert.Equal(answers[0].ToString(),
            (await _client.Post("/recommend/batch", """[{"user": "2", "top": 3}]""")).Json[0].ToString());
    }

    [Fact]
    public async Task Excluded_allowed_and_seen_items_are_respected()
    {
        string[] plain = (await _client.Post("/recommend", """{"items": [2, 4], "top": 20}""")).Ids;
        Assert.Equal(18, plain.Length);
        Assert.Equal(plain[1..], (await _client.Post("/recommend",
            new { items = new[] { "2", "4" }, top = 20, exclude = plain[..1] })).Ids);
        Assert.Equal([plain[3], plain[7]], (await _client.Post("/recommend",
            new { items = new[] { "2", "4" }, allow = new[] { plain[7], plain[3], "2" } })).Ids);
        Assert.Equal(20, (await _client.Post("/recommend", """{"items": [2, 4], "top": 20, "includeSeen": true}""")).Ids.Length);
    }

    [Fact]
    public async Task Unknown_ids_are_reported_and_somebody_without_clicks_gets_what_is_popular()
    {
        var answer = await _client.Post("/recommend", """{"items": ["2", "x", "y", "x"], "exclude": ["z"]}""");
        Assert.Equal(["x", "y", "z"], answer.Json.GetProperty("unknown").EnumerateArray().Select(id => id.GetString()));
        Assert.False(answer.Json.TryGetProperty("fromPopularity", out _));
        Assert.True((await _client.Post("/recommend", """{"items": []}""")).Json.GetProperty("fromPopularity").GetBoolean());
    }

    [Fact]
    public async Task Reasons_are_there_where_they_are_asked_for()
    {
        var first = (await _client.Post("/recommend", """{"user": 2, "why": true}""")).Json.GetProperty("items")[0];
        Assert.Equal(JsonValueKind.Array, first.GetProperty("why").ValueKind);
        first = (await _client.Post("/recommend", """{"user": 2}""")).Json.GetProperty("items")[0];
        Assert.False(first.TryGetProperty("why", out _));
    }

    [Theory]
    [InlineData("/recommend", "", 400, "The body is empty")]
    [InlineData("/recommend", "[]", 400, "expected a JSON object, found a list")]
    [InlineData("/recommend", "{}", 400, "give a user")]
    [InlineData("/recommend", """{"user": null}""", 400, "give a user")]
    [InlineData("/recommend", """{"user": NaN}""", 400, "not valid JSON (line 1, byte 10)")]
    [InlineData("/recommend", """{"items": [1.5]}""", 400, "items[0]: expected an id")]
    [InlineData("/recommend", """{"items": "1"}""", 400, "expected a list of ids, found a string")]
    [InlineData("/recommend", """{"items": [[1]]}""", 400, "items[0]: expected an id")]
    [InlineData("/recommend", """{"items": [1, null]}""", 400, "expected an id (a string or a whole number), found null")]
    [InlineData("/recommend", """{"user": true}""", 400, "user: expected an id")]
    [InlineData("/recommend", """{"user": "\ud800"}""", 400, "not Unicode")]
    [InlineData("/recommend", """{"user": 1, "user": 2}""", 400, "twice")]
    [InlineData("/recommend", """{"usr": 1}""", 400, "unknown property \"usr\"; did you mean \"user\"?")]
    [InlineData("/recommend", """{"user": 1, "include_seen": true}""", 400, "did you mean \"includeSeen\"?")]
    [InlineData("/recommend", """{"user": 1, "top": 0}""", 400, "top is 0; give a whole number from 1 to 500")]
    [InlineData("/recommend", """{"user": 1, "top": 501}""", 400, "top is 501")]
    [InlineData("/recommend", """{"user": 1, "top": 1e99}""", 400, "top is 1e99")]
    [InlineData("/recommend", """{"user": 1, "top": "5"}""", 400, "top: expected a whole number")]
    [InlineData("/recommend", """{"user": 1, "why": "yes"}""", 400, "why: expected true or false")]
    [InlineData("/recommend", """{"user": "nobody"}""", 404, "No user nobody among the 40")]
    [InlineData("/recommend", """{"user": 1, "model": "gru"}""", 404, "No model gru; there is vae, ease")]
    [InlineData("/recommend", "{\"user\": 1, \"x\": [[[[[[[[[[[[1]]]]]]]]]]]]}", 400, "not valid JSON")]
    [InlineData("/recommend/batch", """{"queries": {}}""", 400, "queries: expected a list")]
    [InlineData("/recommend/batch", """{"queries": [{"user": 1}, {"top": 3}]}""", 400, "queries[1]: give a user")]
    [InlineData("/recommend/batch", """{"queries": [7]}""", 400, "queries[0]: expected a JSON object, found the number 7")]
    [InlineData("/similar", "{}", 400, "Give the item")]
    [InlineData("/similar", """{"item": "nothing"}""", 404, "No item nothing among the 20")]
    public async Task A_wrong_request_is_told_in_one_sentence(string path, string body, int status, string message)
    {
        var answer = await _client.Post(path, body);
        Assert.Equal(status, answer.Status);
        Assert.Contains(message, answer.Error);
        Assert.Matches(@"^[^\n]+[.?]$", answer.Error);
    }

    [Fact]
    public async Task Other_paths_and_methods_are_told()
    {
        var (lost, get) = (await _client.Get("/recommendations"), await _client.Get("/recommend"));
        Assert.Equal((404, "No such path; GET /openapi.json lists them."), (lost.Status, lost.Error));
        Assert.Equal((405, "This path takes POST."), (get.Status, get.Error));
        Assert.Equal(400, (await _client.Get("/items?limit=1000")).Status);
        Assert.Equal(404, (await _client.Get("/history?user=nobody")).Status);
        Assert.Contains("no vectors", (await _client.Get("/map?model=ease")).Error);
    }

    [Fact]
    public async Task Items_are_found_by_words_of_their_titles_and_users_by_their_ids()
    {
        var found = await _client.Get("/items?q=1%20TITLE&limit=4");
        Assert.Equal((4, 11), (found.Ids.Length, found.Json.GetProperty("total").GetInt32()));
        Assert.All(found.Ids, id => Assert.Contains('1', id));
        Assert.Equal("3", Assert.Single((await _client.Get("/items?q=sons")).Ids));
        Assert.Equal(["4", "40", "14"], (await _client.Get("/users?q=4&limit=3")).Json.GetProperty("users").EnumerateArray()
            .Select(id => id.GetString()));
        string[] history = (await _client.Get("/history?user=1")).Ids;
        Assert.Equal(9, history.Length);
        Assert.All(history, id => Assert.Equal(1, int.Parse(id) % 2));
    }

    [Fact]
    public async Task Health_names_the_models_and_the_metrics_count()
    {
        await _client.Post("/recommend", """{"user": 1}""");
        await _client.Post("/recommend", """{"user": "nobody"}""");
        var models = (await _client.Get("/health")).Json.GetProperty("models");
        Assert.Equal(("vae", "multvae", 20, 40, true), (models[0].GetProperty("name").GetString(),
            models[0].GetProperty("model").GetString(), models[0].GetProperty("items").GetInt32(),
            models[0].GetProperty("users").GetInt32(), models[0].GetProperty("map").GetBoolean()));
        Assert.False(models[1].GetProperty("map").GetBoolean());
        string[] metrics = (await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');
        foreach (string line in new[]
        {
            "manualvae_requests_total{route=\"/recommend\",status=\"200\"} 1",
            "manualvae_requests_total{route=\"/recommend\",status=\"404\"} 1",
            "manualvae_request_seconds_bucket{route=\"/recommend\",le=\"+Inf\"} 2",
            "manualvae_batch_queries_count 1", "manualvae_batch_queries_bucket{le=\"1\"} 1",
            "manualvae_model_info{run=\"ease\",model=\"ease\"} 1", "manualvae_model_items{run=\"vae\"} 20",
            "manualvae_waiting_queries{run=\"vae\"} 0",
        })
            Assert.Contains(line, metrics);
        Assert.All(metrics[..^1], line =>
            Assert.Matches(@"^(# (HELP|TYPE) manualvae_\w+ .+|manualvae_\w+(\{.+\})? [0-9.E+-]+)$", line));
    }

    [Fact]
    public async Task The_map_shows_two_kinds_of_items_apart()
    {
        var points = (await _client.Get("/map")).Json.GetProperty("items").EnumerateArray().Select(item =>
            (Odd: int.Parse(item.GetProperty("id").GetString()!) % 2, X: item.GetProperty("x").GetDouble())).ToArray();
        Assert.Equal(20, points.Length);
        var (odd, even) = (points.Where(p => p.Odd == 1).ToArray(), points.Where(p => p.Odd == 0).ToArray());
        Assert.True(odd.Max(p => p.X) < even.Min(p => p.X) || even.Max(p => p.X) < odd.Min(p => p.X));
    }

    [Fact]
    public async Task The_document_of_the_api_names_every_path_and_every_property()
    {
        var document = (await _client.Get("/openapi.json")).Json;
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", document.GetProperty("info").GetProperty("version").GetString());
        foreach (var path in document.GetProperty("paths").EnumerateObject())
            foreach (var method in path.Value.EnumerateObject())
            {
                using var request = new HttpRequestMessage(new HttpMethod(method.Name.ToUpperInvariant()), path.Name);
                using var response = await _client.SendAsync(request);
                Assert.True((int)response.StatusCode is 200 or 400 or 404, $"{method.Name} {path.Name}: {response.StatusCode}");
                Assert.DoesNotContain("No such path", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        Assert.Equal(
            ["/", "/health", "/history", "/items", "/map", "/metrics", "/openapi.json", "/page.css", "/page.js", "/recommend",
                "/recommend/batch", "/similar", "/users"],
            _service.Routes.Order(StringComparer.Ordinal));
        Assert.Equal(_service.Routes.Except(["/", "/page.css", "/page.js"]).Order(),
            document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order());
        string[] queries = Names("Query");
        Assert.Equal(["model", .. queries], Names("NamedQuery"));
        foreach (string name in queries)
        {
            string error = (await _client.Post("/recommend", $$$"""{"items": [], "{{{name}}}": {"no": 1}}""")).Error;
            Assert.True(error.StartsWith($"{name}: expected", StringComparison.Ordinal) || name == "items", error);
        }

        string[] Names(string schema) => [.. document.GetProperty("components").GetProperty("schemas").GetProperty(schema)
            .GetProperty("properties").EnumerateObject().Select(property => property.Name)];
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        foreach (var (path, type) in new[] { ("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript") })
        {
            using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
            string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; ", policy);
            Assert.DoesNotContain("unsafe", policy);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            string text = await response.Content.ReadAsStringAsync();
            Assert.DoesNotMatch(@"(src|href)=""(https?:)?//|url\(|@import|innerHTML|outerHTML|insertAdjacentHTML|eval\(", text);
        }
    }
}
