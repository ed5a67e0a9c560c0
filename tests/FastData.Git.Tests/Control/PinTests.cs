using Delivery.FastData.Git.Control;
using static Delivery.FastData.Git.Tests.Control.ControlScene;

namespace Delivery.FastData.Git.Tests.Control;

public sealed class PinTests : IDisposable
{
    private readonly ControlScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_pin_holds_what_is_live_and_changes_no_model()
    {
        var first = _scene.Deliver((News, 1));

        _scene.Done(_scene.Control.Pin(News, null, Because("known to be good", _scene.In(TimeSpan.FromDays(3))), default));

        Pins.Read(_scene.Tip()).Single().Should().Match<Pin>(pin => pin.Content == Content(News, 1) && pin.Commit == first && pin.Order.Reason == "known to be good");
        _scene.Git("log", "-1", "--format=%B").Should().StartWith("Pin news\n\nReason: known to be good\n\n").And.Contain("\nAction: pin\nModel: news\nUntil: 2026-01-04T00:01:00Z\nBy: ann <ann@host>\nEpoch: 2\n");
        _scene.Git("show", "--stat=80", "--format=", "main").Should().Contain("control/pins.json").And.NotContain("models/");
    }

    [Fact]
    public void A_pin_to_a_commit_moves_the_model_and_holds_it_there()
    {
        var first = _scene.Deliver((News, 1));
        _scene.Deliver((News, 2));

        var done = _scene.Done(_scene.Control.Pin(News, first, Because("the last good one"), default));

        (done.Target, _scene.Live()).Should().Be((first, "news=1"));
        Pins.Read(_scene.Tip()).Single().Should().Match<Pin>(pin => pin.Content == Content(News, 1) && pin.Commit == first);
        Quarantine.Read(_scene.Tip()).Should().BeEmpty("what a pin replaces was not found bad; the gate sees it again after the pin");
        _scene.Git("show", "main:models/news.json").Should().Contain("\"seed\": 1");
        _scene.Git("log", "-1", "--format=%B").Should().StartWith($"Pin news to {first.Short}\n").And.Contain($"\nTo: {first}\n");
    }

    [Fact]
    public void A_pin_to_a_commit_brings_a_retired_model_back()
    {
        var first = _scene.Deliver((News, 1), (Video, 1));
        _scene.Done(_scene.Control.Retire(News, Because("gone"), default));

        _scene.Done(_scene.Control.Pin(News, first, Because("not gone"), default));

        _scene.Live().Should().Be("news=1 video=1");
        Retired.Read(_scene.Tip()).Should().BeEmpty();
    }

    [Fact]
    public void A_new_pin_takes_the_place_of_the_old_one_and_the_same_again_is_refused()
    {
        _scene.Deliver((News, 1));
        _scene.Done(_scene.Control.Pin(News, null, Because("one"), default));

        _scene.Done(_scene.Control.Pin(News, null, Because("two"), default));
        var again = _scene.Control.Pin(News, null, Because("two"), default);

        Pins.Read(_scene.Tip()).Single().Order.Reason.Should().Be("two");
        again.Should().BeOfType<ControlOutcome.Refused>().Which.Why.Should().StartWith("'news' is pinned so already");
    }

    [Fact]
    public void An_unpin_takes_the_pin_away_and_leaves_what_is_live()
    {
        var first = _scene.Deliver((News, 1), (Video, 1));
        _scene.Deliver((News, 2));
        _scene.Done(_scene.Control.Pin(News, first, Because("hold"), default));
        _scene.Done(_scene.Control.Pin(Video, null, Because("hold too"), default));

        _scene.Done(_scene.Control.Unpin(News, Because(null), default));

        Pins.Read(_scene.Tip()).Select(pin => pin.Name).Should().Equal(Video);
        _scene.Live().Should().Be("news=1 video=1");
        _scene.Git("log", "-1", "--format=%B").Should().StartWith("Unpin news\n\nnews: was pinned at ").And.NotContain("Reason:");
        _scene.Control.Unpin(News, Because(null), default).Should().Be(new ControlOutcome.Refused("'news' is not pinned."));
    }

    [Fact]
    public void A_model_that_is_not_delivered_cannot_be_pinned()
    {
        var first = _scene.Deliver((News, 1));

        _scene.Control.Pin(Video, null, Because("slip"), default).Should().Be(new ControlOutcome.Refused("'video' is not delivered, so there is nothing to hold it at."));
        _scene.Control.Pin(Video, first, Because("slip"), default).Should().Be(new ControlOutcome.Refused($"Commit {first.Short} delivers no model 'video'."));
        _scene.Commits().Should().Be(1);
    }

    [Fact]
    public void A_pin_that_is_past_is_no_pin()
    {
        _scene.Deliver((News, 1));
        _scene.Done(_scene.Control.Pin(News, null, Because("for an hour", _scene.In(TimeSpan.FromHours(1))), default));
        _scene.Time.Advance(TimeSpan.FromHours(1));

        _scene.Control.Unpin(News, Because(null), default).Should().Be(new ControlOutcome.Refused("'news' is not pinned."));
    }
}
