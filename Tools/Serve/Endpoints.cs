using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ManualVae.Data;
using ManualVae.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static ManualVae.Tools.Serve.RequestException;

namespace ManualVae.Tools.Serve;

/// <summary>What the service answers, route by route.</summary>
internal sealed class Endpoints(IReadOnlyList<ServedModel> models, ServeOptions options, Metrics metrics)
{
    private const int WhyClicks = 3, DefaultTop = 10, DefaultLimit = 20, MaxLimit = 100;

    private static readonly string[] QueryNames = ["user", "items", "top", "exclude", "allow", "includeSeen", "why"];

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/recommend", Recommend);
        routes.MapPost("/recommend/batch", RecommendBatch);
        routes.MapPost("/similar", Similar);
        routes.MapGet("/items", context => Look(context, AnswerJson.Readable.FoundItems,
            generation => generation.Catalogue.Items(Text(context, "q"), Limit(context))));
        routes.MapGet("/users", context => Look(context, AnswerJson.Readable.FoundUsers,
            generation => generation.Catalogue.Users(Text(context, "q"), Limit(context))));
        routes.MapGet("/history", History);
        routes.MapGet("/map", context => Look(context, AnswerJson.Readable.MapAnswer, generation => generation.Map
            ?? throw Unknown($"The model {generation.Recommender.Model} has no vectors of items, so there is no map.")));
        routes.MapGet("/health", context => Http.Write(context, Health(), AnswerJson.Readable.HealthAnswer));
        routes.MapGet("/metrics", context => Http.Write(context, "text/plain; version=0.0.4; charset=utf-8",
            metrics.Write([.. models.Select(model => model.State)])));
        routes.MapGet("/openapi.json", Resource("openapi.json", "application/json"));
        routes.MapGet("/", Resource("index.html", "text/html; charset=utf-8"));
        routes.MapGet("/page.css", Resource("page.css", "text/css; charset=utf-8"));
        routes.MapGet("/page.js", Resource("page.js", "text/javascript; charset=utf-8"));
    }

    /// <summary>An embedded file, with the program's version in place of {version}.</summary>
    public static string ReadResource(string name)
    {
        using var stream = typeof(Endpoints).Assembly.GetManifestResourceStream($"serve/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("{version}", Version, StringComparison.Ordinal);
    }

    private static string Version { get; } = typeof(Endpoints).Assembly.GetName().Version!.ToString(3);

    private static RequestDelegate Resource(string name, string type)
    {
        string text = ReadResource(name);
        return context => Http.Write(context, type, text);
    }

    private async Task Recommend(HttpContext context)
    {
        using var body = RequestObject.Parse(await Http.ReadBody(context, options.MaxBody));
        var request = new RequestObject(body.RootElement, "", ["model", .. QueryNames]);
        var query = ReadQuery(request, "");
        var answer = await Within(request.Id("model"), async generation =>
        {
            RequireUser(generation, query);
            return (await generation.Dispatcher.Ask([query], context.RequestAborted))[0];
        });
        await Http.Write(context, RecommendAnswer.Of(answer), AnswerJson.Readable.RecommendAnswer);
    }

    private async Task RecommendBatch(HttpContext context)
    {
        using var body = RequestObject.Parse(await Http.ReadBody(context, options.MaxBody));
        bool bare = body.RootElement.ValueKind == JsonValueKind.Array; // the queries alone, answered by the answers alone
        RequestObject? request = bare ? null : new RequestObject(body.RootElement, "", "model", "queries");
        var elements = request?.List("queries", options.MaxBatch)
            ?? RequestObject.Elements(body.RootElement, "queries", options.MaxBatch);
        Query[] queries = [.. elements.Index().Select(element =>
            ReadQuery(new(element.Item, $"queries[{element.Index}]: ", QueryNames), $"queries[{element.Index}]: "))];
        var answers = new RecommendAnswer[queries.Length];
        await Within(request?.Id("model"), async generation =>
        {
            var asked = new List<int>();
            foreach (var (q, query) in queries.Index())
                if (query.User is not { } user || generation.Recommender.KnowsUser(user)) asked.Add(q);
                else answers[q] = new(null, null, Status: 404, Error: NoUser(generation, user));
            if (asked.Count == 0) return true;
            var found = await generation.Dispatcher.Ask([.. asked.Select(q => queries[q])], context.RequestAborted);
            foreach (var (position, q) in asked.Index()) answers[q] = RecommendAnswer.Of(found[position]);
            return true;
        });
        if (bare) await Http.Write(context, answers, AnswerJson.Readable.RecommendAnswerArray);
        else await Http.Write(context, new BatchAnswer(answers), AnswerJson.Readable.BatchAnswer);
    }

    private async Task Similar(HttpContext context)
    {
        using var body = RequestObject.Parse(await Http.ReadBody(context, options.MaxBody));
        var request = new RequestObject(body.RootElement, "", "model", "item", "top");
        string item = request.Id("item") ?? throw Wrong("Give the item: {\"item\": id}.");
        int top = request.Whole("top", DefaultTop, 1, options.MaxTop);
        var answer = await Within(request.Id("model"), generation =>
        {
            if (!generation.Recommender.KnowsItem(item))
                throw Unknown(
                    $"No item {RequestObject.Short(item)} among the {generation.Recommender.Items.Count} of the model.");
            try
            {
                return Task.FromResult(generation.Recommender.Similar(item, top));
            }
            catch (InputException problem)
            {
                throw new RequestException(422, problem.Describe(JsonNamingPolicy.CamelCase.ConvertName));
            }
        });
        await Http.Write(context, new SimilarAnswer(answer.Id, answer.Title, answer.By, ItemAnswer.Of(answer.Items)),
            AnswerJson.Readable.SimilarAnswer);
    }

    private async Task History(HttpContext context)
    {
        var query = new Query { User = Text(context, "user"), Top = 1 };
        var answer = await Within(Model(context), async generation =>
        {
            RequireUser(generation, query);
            var found = (await generation.Dispatcher.Ask([query], context.RequestAborted))[0];
            return new HistoryAnswer(query.User, [.. found.History.Select(generation.Catalogue.Item)]);
        });
        await Http.Write(context, answer, AnswerJson.Readable.HistoryAnswer);
    }

    private HealthAnswer Health() => new("ok", Version, [.. models.Select(model =>
    {
        var state = model.State;
        return new ModelAnswer(state.Run, state.Model, state.Items, state.Users, model.Current.HasMap, state.Loaded);
    })]);

    private async Task Look<T>(HttpContext context, JsonTypeInfo<T> type, Func<Generation, T> answer) =>
        await Http.Write(context, await Within(Model(context), generation => Task.FromResult(answer(generation))), type);

    private async Task<T> Within<T>(string? name, Func<Generation, Task<T>> answer)
    {
        var model = name is null ? models[0] : models.FirstOrDefault(model => model.Name == name) ?? throw Unknown(
            $"No model {RequestObject.Short(name)}; there is {string.Join(", ", models.Select(model => model.Name))}.");
        var generation = model.Enter();
        try
        {
            return await answer(generation);
        }
        finally
        {
            generation.Leave();
        }
    }

    private Query ReadQuery(RequestObject request, string where)
    {
        var (user, items) = (request.Id("user"), request.Ids("items", options.MaxIds));
        if (user is null && items is null)
            throw Wrong($"{where}give a user ({{\"user\": id}}) or items of somebody new ({{\"items\": [ids]}}).");
        return new()
        {
            User = user, Items = items ?? [], Top = request.Whole("top", DefaultTop, 1, options.MaxTop),
            Exclude = request.Ids("exclude", options.MaxIds) ?? [], Allow = request.Ids("allow", options.MaxIds),
            IncludeSeen = request.Flag("includeSeen"), Why = request.Flag("why") ? WhyClicks : 0,
        };
    }

    private static void RequireUser(Generation generation, Query query)
    {
        if (query.User is { } user && !generation.Recommender.KnowsUser(user)) throw Unknown(NoUser(generation, user));
    }

    private static string NoUser(Generation generation, string user) => $"No user {RequestObject.Short(user)} among the "
        + $"{generation.Recommender.Users.Count} whose clicks are known; for somebody new give items.";

    private static string Text(HttpContext context, string name)
    {
        string text = context.Request.Query[name].ToString();
        return text.Length <= 200 ? text : throw Wrong($"{name} has {text.Length} characters; at most 200 are allowed.");
    }

    private static string? Model(HttpContext context) => Text(context, "model") is { Length: > 0 } name ? name : null;

    private static int Limit(HttpContext context) => Text(context, "limit") switch
    {
        "" => DefaultLimit,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit)
            && limit is >= 1 and <= MaxLimit => limit,
        var text => throw Wrong($"limit is {RequestObject.Short(text)}; give a whole number from 1 to {MaxLimit}."),
    };
}
