using Delivery.ApplyRuntime.Reload;

namespace Delivery.ApplyRuntime.Tests.Reload;

public sealed class InboxTests
{
    private readonly Inbox _inbox = new("the owner");

    [Fact]
    public void Mail_that_was_taken_stays_as_it_was_when_somebody_asks_later()
    {
        var empty = _inbox.Wait(TimeSpan.Zero);

        var asked = _inbox.AskAsync();

        empty.Asked.Should().BeEmpty("an answer would be of a look at the folder that began before the question");
        _inbox.Wait(TimeSpan.Zero).Asked.Should().ContainSingle().Which.Task.Should().BeSameAs(asked);
        _inbox.Wait(TimeSpan.Zero).IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Who_still_waits_when_it_closes_is_told()
    {
        var first = _inbox.AskAsync();
        var taken = _inbox.Wait(TimeSpan.Zero).Asked;
        var second = _inbox.AskAsync();

        _inbox.Close(taken);

        foreach (var asked in new[] { first, second }) asked.Exception!.InnerException.Should().BeOfType<ObjectDisposedException>();
        FluentActions.Invoking(() => { _ = _inbox.AskAsync(); }).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Everything_that_is_posted_comes_once()
    {
        _inbox.Announce();
        _inbox.Announce();
        _inbox.Stop();

        _inbox.Wait(TimeSpan.Zero).Should().Match<Mail>(mail => mail.Announced && mail.Stop && !mail.IsEmpty);
        _inbox.Wait(TimeSpan.Zero).Should().Match<Mail>(mail => !mail.Announced && mail.Stop, "who is told to stop stays told");
    }
}
