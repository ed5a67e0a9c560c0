using Delivery.Cli.Output;
using Spectre.Console;

namespace Delivery.Cli.Demo;

/// <summary>Tells the run as it goes, for a terminal and for a file alike.</summary>
public sealed class DemoReport
{
    private const int Width = 100;
    private const string CycleHeader = "cycle epoch commit   delivered kept skipped rejected  learn update reader   learned - uniform so far";

    private readonly Page _page;
    private readonly IAnsiConsole? _terminal;

    private DemoReport(TextWriter output, IAnsiConsole? terminal) => (_page, _terminal) = (new Page(output, terminal), terminal);

    /// <summary>On standard output; where that is a terminal, long steps show that they are under way.</summary>
    public static DemoReport Standard() => new(Console.Out, Console.IsOutputRedirected ? null : AnsiConsole.Console);

    /// <summary>Says nothing.</summary>
    public static DemoReport Silent() => new(TextWriter.Null, null);

    public void Begin(DemoOptions options, DemoPlan plan)
    {
        var headlines = plan.Models.Count(model => model.Group == DemoGroup.Headlines);
        Paragraph(0, $"{plan.Models.Count} models: {headlines} headline tests of Upworthy, {plan.Models.Count - headlines} of Open Bandit; {plan.Models.Sum(model => (long)model.Count):N0} logged impressions in {plan.Chunks} chunks. "
            + $"{plan.Cycles} cycles into '{options.Work}': learn a chunk, update, while another process follows and decides.");
        Write("On purpose:");
        Write($"  cycle {plan.Broken.Cycle}: a weight of {plan.Broken.Name} is overwritten with NaN");
        Write($"  cycle {plan.Lost.Cycle}: {plan.Lost.Name} is deleted from the store");
        Write($"  cycle {plan.Reversed.Cycle}: all weights of {plan.Reversed.Name} change sign");
        Write($"  always:  {plan.NeverLearned} is listed and nobody trains it");
        Write("");
        Write(CycleHeader);
    }

    /// <summary>Does a long step, and shows on a terminal that it is under way.</summary>
    public Task DuringAsync(string step, Func<Task> work) =>
        _terminal is { Profile.Capabilities.Interactive: true } ? _terminal.Status().StartAsync(Markup.Escape(step), _ => work()) : work();

    public void Cycle(DemoCycle cycle)
    {
        Write($"{cycle.Number,5} {cycle.Epoch,5} {Short(cycle.Commit)} {cycle.Delivered,9} {cycle.Kept,4} {cycle.Skipped,7} {cycle.Rejected,8} "
            + $"{cycle.LearnSeconds,4:0.0} s {cycle.UpdateSeconds,4:0.0} s {cycle.ReaderMilliseconds,3:0} ms   {Signed(cycle.ValueSoFar.Difference)}");
    }

    public void End(DemoSummary summary, DemoPlan plan)
    {
        Write("");
        Paragraph(0, $"{summary.Items:N0} impressions learned from or held out, {summary.Seconds:0} s in all. 'reader' counts from the writing of CURRENT until the other process had the models in use.");
        Values(summary);
        Incidents(summary, plan);
        Title("The other process");
        Write($"  {summary.Reader.Decisions:N0} decisions, {summary.Reader.Failed} failed; loaded epochs {string.Join(", ", summary.Reader.Epochs)}.");
        Title($"git -C {summary.Work}/fast-data log --oneline");
        foreach (var commit in summary.History.Take(6)) Write($"  {Short(commit.Commit)} {commit.Subject}");
        Next(summary, plan);
        if (summary.Problems.Count > 0) Title("FAILED");
        foreach (var problem in summary.Problems) Paragraph(2, problem);
    }

    private void Values(DemoSummary summary)
    {
        Title("Clicks per 1,000 impressions: off-policy estimate (SNIPS) on items not yet learned from");
        var rows = new List<string[]>();
        Add("headlines", "uniform, as logged", summary.Headlines);
        Add("Bandit random", "as logged", summary.RandomPolicy);
        Add("Bandit Thompson", "as logged", summary.ThompsonPolicy);
        _page.Table([new(""), new("clicks", IsNumber: true), new("95 % interval", IsNumber: true), new("impressions", IsNumber: true), new("effective", IsNumber: true), new("clicks seen", IsNumber: true)], rows);
        Paragraph(2, "Headlines: what each cycle delivered is valued on the next chunk, before trainers learn from it. Every chunk of every test is "
            + "estimated by itself; the estimates are averaged by impressions, so tests that differ in arms and clicks do not widen the interval.");
        Paragraph(2, "Bandit (Open Bandit): three contextual models a policy. They rest on a handful of clicks (clicks seen: those on items where the model would "
            + "have shown the same), so nothing follows; the intervals are Wilson's at the effective sample size.");

        void Add(string name, string logged, DemoValue value)
        {
            Row($"{name}: learned", value.Learned, $"{value.Items:N0}", $"{value.EffectiveItems:N0}", $"{value.Clicks:N0}");
            Row($"{name}: {logged}", value.Logged, "", "", "");
            if (value.Difference is { } difference) Row($"{name}: difference", difference, "", "", "", "+0.00;-0.00;0.00");
        }

        void Row(string name, DemoEstimate estimate, string items, string effective, string clicks, string format = "0.00") => rows.Add(
        [
            name, estimate.Value?.ToString(format) ?? "none", estimate.Low is null ? "none" : $"{estimate.Low.Value.ToString(format)} to {estimate.High?.ToString(format)}",
            items, effective, clicks,
        ]);
    }

    private void Incidents(DemoSummary summary, DemoPlan plan)
    {
        Title("Not delivered (the version before stays live); what is not on purpose, the tests found by themselves");
        foreach (var cycle in summary.Cycles)
        {
            foreach (var incident in cycle.Incidents)
            {
                var always = incident.Model == plan.NeverLearned.Value;
                if (always && cycle.Number > 1) continue;
                var meant = always || plan.IsMeant(incident.Model, cycle.Number) ? " (on purpose)" : "";
                Write($"  {(always ? "always " : $"cycle {cycle.Number}")} {incident.Outcome.ToLowerInvariant(),-8} {incident.Model}{meant}");
                Paragraph(19, incident.Reason);
            }
        }
        if (!summary.Cycles[plan.Reversed.Cycle - 1].Incidents.Any(incident => incident.Model == plan.Reversed.Name.Value))
        {
            Paragraph(2, $"{plan.Reversed.Name} with its weights reversed was delivered in cycle {plan.Reversed.Cycle}: the holdout did not prove the harm.");
        }
    }

    private void Next(DemoSummary summary, DemoPlan plan)
    {
        var config = $"--config {summary.Work}/delivery.json";
        Title("Go on");
        Write($"  ./delivery status  {config}");
        Write($"  ./delivery history {plan.Reversed.Name} {config}");
        Write($"  ./delivery show    {plan.Reversed.Name} {config}");
        Write($"  git -C {summary.Work}/fast-data log -p -- models/{plan.Reversed.Name}.json");
    }

    private void Title(string text)
    {
        Write("");
        Write(text);
    }

    private void Write(string line) => _page.Line(line);

    private void Paragraph(int indent, string text)
    {
        var line = new string(' ', indent);
        foreach (var word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width && line.Length > indent)
            {
                Write(line.TrimEnd());
                line = new string(' ', indent);
            }
            line += line.Length > indent ? $" {word}" : word;
        }
        Write(line);
    }

    private static string Short(string commit) => commit.Length > 8 ? commit[..8] : commit;

    private static string Signed(DemoEstimate? estimate) => estimate?.Value is null ? "too few clicks" : $"{estimate.Value:+0.00;-0.00;0.00} [{estimate.Low:+0.00;-0.00;0.00}, {estimate.High:+0.00;-0.00;0.00}]";
}
