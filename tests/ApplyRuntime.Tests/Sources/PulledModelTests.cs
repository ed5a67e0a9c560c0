using Delivery.ApplyRuntime.Sources;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Tests.Sources;

public sealed class PulledModelTests
{
    private readonly PulledModel _model = new(ModelName.Parse("news"));

    [Fact]
    public void A_pull_whose_turn_comes_after_it_was_given_up_does_not_ask_the_store()
    {
        _model.Start(now: 1);

        _model.TryGiveUp().Should().BeTrue("it waits for a thread of the pool");
        _model.TryAsk().Should().BeFalse();
    }

    [Fact]
    public void A_pull_that_asks_can_only_be_waited_for()
    {
        _model.Start(now: 1);

        _model.TryAsk().Should().BeTrue();
        _model.TryGiveUp().Should().BeFalse();
    }

    [Fact]
    public void The_next_pull_asks_again()
    {
        _model.Start(now: 1);
        _model.TryGiveUp();

        _model.Start(now: 2);

        (_model.TryAsk(), _model.StartedAt).Should().Be((true, 2));
    }
}
