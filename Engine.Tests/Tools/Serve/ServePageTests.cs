using ManualVae.Tools.Serve;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

/// <summary>The page, clicked through in a browser.</summary>
[Collection(nameof(CommandLine))]
public sealed class ServePageTests(ServedRuns runs) : IClassFixture<ServedRuns>
{
    private const string Rows = "document.querySelectorAll('#list li').length";

    [FactWithBrowser]
    public async Task A_user_is_picked_by_keyboard_and_the_list_is_that_of_the_service()
    {
        await using var service = await runs.Start();
        await using var browser = await Open(service);
        await browser.Until($"{Rows} === 10");
        await browser.Click("#user");
        await browser.Type("24");
        await browser.Until("document.querySelector('#user-list li')?.textContent === '24'");
        await browser.Press("ArrowDown", "Enter");
        await browser.Until("document.querySelector('#list-title').textContent === 'For user 24'");
        Assert.EndsWith("#user=24&model=vae", (await browser.Evaluate("location.href")).GetString());
        await IsListOf(browser, service, """{"user": 24}""");
        Assert.Equal("Clicked: 9 items",
            (await browser.Evaluate("document.querySelector('#clicked-title').textContent")).GetString());
        Assert.Empty(browser.Problems);
    }

    [FactWithBrowser]
    public async Task Titles_are_typed_for_somebody_new_and_markup_in_them_stays_text()
    {
        await using var service = await runs.Start();
        await using var browser = await Open(service);
        await browser.Until($"{Rows} === 10");
        await browser.Click("input[value=new]");
        await browser.Until("document.querySelector('#list-title').textContent.startsWith('The most popular')");
        await browser.Click("#title");
        await browser.Type("sons");
        await browser.Until("document.querySelectorAll('#title-list li').length === 1");
        await browser.Press("Enter");
        await browser.Until("document.querySelector('#list-title').textContent === 'For somebody who liked 1 item'");
        await IsListOf(browser, service, """{"items": [3]}""");
        string chip = (await browser.Evaluate("document.querySelector('#clicked li').textContent")).GetString()!;
        Assert.StartsWith(ServedRuns.Hostile, chip);
        Assert.Equal(0, (await browser.Evaluate("document.images.length")).GetInt32());
        Assert.StartsWith("Recommendations", (await browser.Evaluate("document.title")).GetString());
        await browser.Click("#clicked button");
        await browser.Until("document.querySelector('#list-title').textContent.startsWith('The most popular')");
        Assert.Empty(browser.Problems);
    }

    [FactWithBrowser]
    public async Task Neighbours_and_the_map_are_a_key_away_and_a_model_without_vectors_has_no_map()
    {
        await using var service = await runs.Start();
        await using var browser = await Open(service);
        await browser.Until($"{Rows} === 10");
        string best = (await browser.Evaluate("document.querySelector('#list .name').textContent")).GetString()!;
        await browser.Click("#list .name");
        await browser.Until("document.querySelectorAll('#similar li').length === 10");
        Assert.Equal($"Most like {best}, by cosine of decoder vectors",
            (await browser.Evaluate("document.querySelector('#similar-title').textContent")).GetString());

        await browser.Evaluate("document.querySelector('#tab-similar').focus()");
        await browser.Press("ArrowRight");
        await browser.Until("document.querySelectorAll('#map .best').length === 10");
        Assert.Equal((9, 1), ((await browser.Evaluate("document.querySelectorAll('#map .clicked').length")).GetInt32(),
            (await browser.Evaluate("document.querySelectorAll('#map .other').length")).GetInt32()));
        await browser.Press("Tab");
        Assert.Equal("map", (await browser.Evaluate("document.activeElement.id")).GetString());
        await browser.Press("ArrowLeft", "ArrowRight");
        await browser.Until("/^Title|^</.test(document.querySelector('#map-at').textContent)");
        await browser.Press("Enter");
        await browser.Until("!document.querySelector('#panel-similar').hidden");

        await browser.Evaluate("document.querySelector('#model').value = 'ease'; "
            + "document.querySelector('#model').dispatchEvent(new Event('change'))");
        await browser.Until("document.querySelector('#tab-map').hidden");
        await IsListOf(browser, service, """{"user": 1, "model": "ease"}""");
        Assert.Empty(browser.Problems);
    }

    [FactWithBrowser]
    public async Task At_390_pixels_nothing_sticks_out_and_what_goes_wrong_is_told()
    {
        await using var service = await runs.Start();
        await using var browser = await Open(service, "#user=nobody");
        await browser.Resize(390, 844);
        await browser.Until("document.querySelector('#problem').textContent.startsWith('No user nobody')");
        await browser.Click("#tab-map");
        await browser.Until("document.querySelector('#map circle')");
        Assert.Equal(390, (await browser.Evaluate("document.documentElement.scrollWidth")).GetInt32());
        Assert.True((await browser.Evaluate("document.querySelector('#map').getBoundingClientRect().right <= 390")).GetBoolean());
    }

    private static async Task<Chromium> Open(Service service, string hash = "")
    {
        var browser = await Chromium.Start();
        await browser.Resize(1280, 900);
        await browser.Open($"{service.Urls.Single()}/{hash}");
        return browser;
    }

    private static async Task IsListOf(Chromium browser, Service service, string request)
    {
        using var client = service.Client();
        string[] ids = (await client.Post("/recommend", request)).Ids;
        string shown = "[...document.querySelectorAll('#list li')].map(row => row.dataset.id).join()";
        await browser.Until($"{shown} === '{string.Join(',', ids)}'");
    }
}
