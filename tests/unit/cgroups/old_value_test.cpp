// What brings an old value back.
#include "cgroups/old_value.hpp"
#include "tests/catch.hpp"

TEST_CASE("an old value is written back as the file takes it", "[cgroups][update]") {
    struct Case {
        std::string file, value, old;
        std::vector<std::string> back;
    };
    const std::vector<Case> cases = {
        {"memory.max", "1000", "max\n", {"max"}},
        {"cpu.max", "50000 20000", "max 100000\n", {"max 100000"}},
        {"memory.oom_control", "1", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", {"0"}},
        {"io.max",
         "8:0 rbps=5",
         "8:0 rbps=1 wbps=max riops=max wiops=max\n8:16 rbps=9\n",
         {"8:0 rbps=1 wbps=max riops=max wiops=max"}},
        {"io.max", "8:0 rbps=5", "", {"8:0 rbps=max wbps=max riops=max wiops=max"}},
        {"io.weight", "500", "default 100\n8:16 200\n", {"default 100"}},
        {"io.weight", "8:16 500", "default 100\n8:16 200\n", {"8:16 200"}},
        {"io.weight", "8:0 500", "default 100\n", {"8:0 default"}},
        {"blkio.bfq.weight", "500", "100\n", {"100"}},
        {"blkio.throttle.read_bps_device", "8:0 600", "8:1 5\n", {"8:0 0"}},
        {"blkio.throttle.read_bps_device", "8:0 600", "8:0 5\n", {"8:0 5"}},
        {"net_prio.ifpriomap", "eth0 5", "lo 0\neth0 2\n", {"eth0 2"}},
        {"rdma.max",
         "mlx hca_handle=1",
         "mlx hca_handle=2 hca_object=max\n",
         {"mlx hca_handle=2 hca_object=max"}},
        {"cpuset.cpus", "0", "\n", {""}},
        {"some.future", "x", "a 1\nb 2\n", {"a 1", "b 2"}},
    };
    for (const Case& one : cases) {
        INFO(one.file << " = " << one.value << " over " << one.old);
        CHECK(cgroups::writes_back(one.file, one.value, one.old) == one.back);
    }
}
