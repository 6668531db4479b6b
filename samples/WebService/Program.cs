// A web service on a run: dotnet run -c Release --project samples/WebService -- --run runs/vae --urls http://127.0.0.1:5000
using ManualVae.Data;
using ManualVae.Serving;

var builder = WebApplication.CreateBuilder(args);
using var recommender = Recommender.Load(builder.Configuration["run"] ?? "runs/vae");
var app = builder.Build();

app.Use(async (context, next) =>
{
    try { await next(context); }
    catch (InputException problem) { await Results.BadRequest(problem.Message).ExecuteAsync(context); } // an unknown id, say
});
app.MapGet("/recommend/{user}", (string user, int top = 10) => recommender.Recommend(user, top));
app.MapPost("/recommend", (Query query) => recommender.Recommend([query])[0]); // {"items": ["1", "260"], "top": 5}
app.MapGet("/similar/{item}", (string item, int top = 10) => recommender.Similar(item, top));
app.Run();
