using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Tests.Settings;

public sealed class ConfigurationSlotTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task While_configurations_change_every_decision_rests_on_one_of_them()
    {
        const int changes = 2000;
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = Of(0) });
        var changed = runtime.StartOverride().SetFastModelToApply("NEWS", "news").Build();
        using var done = new CancellationTokenSource();
        var deciding = Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            var (page, last, decisions) = (new ListBlender(), 0, 0);
            for (; decisions < 100 || !done.IsCancellationRequested; decisions++)
            {
                page.Told.Clear();
                var outcome = runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = [], Override = reader == 0 ? null : changed }, page);
                page.Told.Should().Equal(("NEWS", outcome.Shown, outcome.Shown + 1));
                outcome.Shown.Should().BeGreaterThanOrEqualTo(last, "a newer configuration is never followed by an older one");
                last = outcome.Shown;
            }
            return decisions;
        })).ToArray();

        for (var i = 1; i <= changes; i++) runtime.Configure(Of(i));
        await done.CancelAsync();

        (await Task.WhenAll(deciding)).Should().OnlyContain(decisions => decisions >= 100);
        runtime.Status.Configuration.Changes.Should().Be(changes + 1);

        static ApplyConfiguration Of(int i) => ApplyConfiguration.Of([Examples.Plain() with { FallBackBlenderPos = i, ApplyPriority = i + 1 }]);
    }

    [Fact]
    public void A_configuration_in_use_tells_when_it_came_and_what_the_linter_found()
    {
        var clock = new TestKit.ManualTime();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = clock });
        runtime.Status.Configuration.Should().BeEquivalentTo(new ConfigurationStatus());

        clock.Advance(TimeSpan.FromMinutes(1));
        runtime.Configure(ApplyConfiguration.Of([Examples.Plain("a"), Examples.Plain("b")]));

        var status = runtime.Status.Configuration;
        (status.File, status.Content, status.Models, status.Changes, status.AppliedAt).Should().Be((null, null, 2, 1L, clock.GetUtcNow()));
        status.Findings.Should().ContainSingle().Which.Model.Should().Be("b");
    }
}
