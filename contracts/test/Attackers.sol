// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CheckpointAnchors} from "../src/CheckpointAnchors.sol";
import {Organisations} from "../src/Organisations.sol";

/// @notice An organisation that lets itself be called by a proposal, and carries the same proposal out again meanwhile.
contract Reentrant {
    Organisations private immutable _organisations;
    uint256 public entered;
    bytes public refusal;

    constructor(Organisations organisations) {
        _organisations = organisations;
    }

    function approve(uint256 id) external {
        _organisations.approve(id);
    }

    function hit(uint256 id) external {
        ++entered;
        try _organisations.execute(id, address(this), abi.encodeCall(this.hit, (id))) {} catch (bytes memory reason) {
            refusal = reason;
        }
    }
}

/// @notice A later version, with one more variable where the gap was.
contract CheckpointAnchorsLater is CheckpointAnchors {
    uint256 public later;

    function initializeLater(uint256 value) external reinitializer(2) {
        later = value;
    }
}

/// @notice Code that no proxy can be upgraded to: it can't be upgraded itself.
contract Plain {
    uint256 public value = 1;
}

/// @notice Code that says it lives in another slot.
contract OtherSlot {
    function proxiableUUID() external pure returns (bytes32) {
        return keccak256("somewhere else");
    }
}

/// @notice Calls whatever it is told to, so that a contract, not a person, is the caller.
contract Caller {
    error Failed(bytes reason);

    function call(address target, bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory result) = target.call(data);
        if (!ok) revert Failed(result);
        return result;
    }
}
