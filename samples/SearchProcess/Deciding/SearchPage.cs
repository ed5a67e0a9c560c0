using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.SearchProcess.Searching;

namespace Delivery.SearchProcess.Deciding;

/// <summary>One question of one user.</summary>
/// <param name="Id">Joins the page with the decisions that were logged for it and with its clicks.</param>
/// <param name="User">Who asks; the same user and query draw the same for a while.</param>
/// <param name="Query">As it was typed.</param>
/// <param name="Time">When it came.</param>
/// <param name="Override">What this request has otherwise than the settings; null for nothing.</param>
internal sealed record SearchRequest(string Id, string User, string Query, DateTimeOffset Time, ApplyOverride? Override);

/// <summary>What stands at one place of a page: one product, or the few of a wizard.</summary>
internal sealed record Block(Wizard? Wizard, IReadOnlyList<Hit> Hits);

/// <summary>What was decided for one wizard that had something to show.</summary>
internal sealed record WizardDecision(Wizard Wizard, DecisionOutcome Outcome);

/// <summary>A page: its blocks from the top, and what was decided for it.</summary>
internal sealed record SearchResult(int Found, IReadOnlyList<Block> Blocks, IReadOnlyList<WizardDecision> Decisions);

/// <summary>Makes pages: finds products, and lets the runtime put the wizards among them. Any thread.</summary>
internal sealed class SearchPage(Catalogue catalogue, ProductIndex index, ModelRuntime runtime)
{
    /// <summary>Ordinary results of a page. A model of it has one class more, which is "not shown".</summary>
    public const int Results = 10;

    public SearchResult Search(SearchRequest request)
    {
        var hits = index.Search(request.Query);
        var blender = Blend(hits, out var wizards);
        var decisions = new List<WizardDecision>();
        foreach (var (wizard, document) in wizards)
        {
            var features = QueryFeatures.Of(request.Query, hits, document, index);
            decisions.Add(new WizardDecision(wizard, runtime.Decide(Question(request, wizard, features), blender)));
        }
        return new SearchResult(hits.Count, [.. blender.Page().Select(item => item.Document)], decisions);
    }

    /// <summary>The same decisions in words. Nothing is shown, logged or learned.</summary>
    public string Explain(SearchRequest request)
    {
        var hits = index.Search(request.Query);
        var blender = Blend(hits, out var wizards);
        var told = wizards.Select(wizard =>
        {
            var features = QueryFeatures.Of(request.Query, hits, wizard.Document, index);
            return $"Features: {string.Join(", ", features)}\n{runtime.Explain(Question(request, wizard.Wizard, features), blender)}";
        });
        var silent = Wizards.All.Where(wizard => !blender.HasDocument(wizard.Intent)).Select(wizard => $"{wizard.Intent} has nothing to show for this query.\n");
        return string.Join('\n', [$"{hits.Count} products found.\n", .. told, .. silent]);
    }

    private PageBlender<Block> Blend(List<Hit> hits, out List<(Wizard Wizard, List<Hit> Document)> wizards)
    {
        var blender = new PageBlender<Block>([.. hits.Take(Results).Select(hit => new Block(null, [hit]))]);
        wizards = [];
        foreach (var wizard in Wizards.All)
        {
            var document = hits.Count == 0 ? [] : Wizards.DocumentOf(wizard, hits, catalogue.LastDay);
            if (document.Count == 0)
            {
                blender.AddWithoutDocument(wizard.Intent);
                continue;
            }
            blender.Add(wizard.Intent, new Block(wizard, document));
            wizards.Add((wizard, document));
        }
        return blender;
    }

    private static DecisionRequest Question(SearchRequest request, Wizard wizard, float[] features) => new()
    {
        Intent = wizard.Intent,
        Features = features,
        RequestId = request.Id,
        User = request.User,
        Query = request.Query,
        Time = request.Time,
        Locale = "en",
        UserInterface = "desktop",
        Override = request.Override,
    };
}
