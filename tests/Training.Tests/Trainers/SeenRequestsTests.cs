using Delivery.Training.Trainers;

namespace Delivery.Training.Tests.Trainers;

public sealed class SeenRequestsTests
{
    [Fact]
    public void The_oldest_is_forgotten_when_there_is_no_room()
    {
        var seen = new SeenRequests(3);
        for (ulong i = 1; i <= 4; i++) seen.Add(i);
        seen.Add(3);
        seen.Contains(1).Should().BeFalse();
        seen.Hashes.Should().Equal(2, 3, 4);
    }
}
