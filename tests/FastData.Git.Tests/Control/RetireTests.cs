using Delivery.FastData.Git.Control;
using static Delivery.FastData.Git.Tests.Control.ControlScene;

namespace Delivery.FastData.Git.Tests.Control;

public sealed class RetireTests : IDisposable
{
    private readonly ControlScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_retired_model_leaves_delivery_and_stays_in_history()
    {
        var first = _scene.Deliver((News, 1), (Video, 1));
        _scene.Done(_scene.Control.Pin(Video, null, Because("hold"), default));

        var done = _scene.Done(_scene.Control.Retire(Video, Because("the wizard is gone"), default));

        _scene.Live().Should().Be("news=1");
        Retired.Read(_scene.Tip()).Should().Equal(new RetiredModel(Video, new ControlOrder(_scene.Time.GetUtcNow(), null, Ann, "the wizard is gone")));
        Pins.Read(_scene.Tip()).Should().BeEmpty("what is not delivered cannot be held");
        done.Notes.Should().Equal("The pin of 'video' went with it.");
        _scene.Git("log", "-1", "--format=%B").Should().StartWith($"Retire video\n\nReason: the wizard is gone\n\nvideo: removed, was {Content(Video, 1).Hex[..8]}\n\nAction: retire\nModel: video\n");
        new FastDataHistory(_scene.Folder).Find(Video, first)!.File.ToArray().Should().Equal(FileOf(Video, 1));
        _scene.Control.Retire(Video, Because("again"), default).Should().BeOfType<ControlOutcome.Refused>().Which.Why.Should().StartWith("'video' is retired already, since ");
        _scene.Control.Retire(Delivery.Models.ModelName.Parse("slip"), Because("slip"), default).Should().Be(new ControlOutcome.Refused("'slip' is not delivered."));
    }

    [Fact]
    public void A_rollback_brings_a_retired_model_back()
    {
        _scene.Deliver((News, 1), (Video, 1));
        _scene.Deliver((Video, 2));
        _scene.Done(_scene.Control.Retire(Video, Because("gone"), default));

        _scene.Done(_scene.Control.Rollback(Video, new VersionTarget.Steps(1), Because("not gone"), default));

        _scene.Live().Should().Be("news=1 video=2", "the time without it is no version");
        Retired.Read(_scene.Tip()).Should().BeEmpty();
    }

    [Fact]
    public void An_unretired_model_may_be_delivered_again_and_is_not_yet()
    {
        _scene.Deliver((News, 1), (Video, 1));
        _scene.Done(_scene.Control.Retire(Video, Because("gone"), default));

        _scene.Done(_scene.Control.Unretire(Video, Because("back"), default));

        _scene.Live().Should().Be("news=1");
        _scene.Tip().Control.Should().BeEmpty();
        _scene.Control.Unretire(Video, Because(null), default).Should().Be(new ControlOutcome.Refused("'video' is not retired."));
    }
}
